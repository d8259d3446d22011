import { item, type SubDomain } from './model.ts'

export const dataManagement: SubDomain = {
  id: 'DM',
  name: { en: 'Data management', zh: '数据管理' },
  items: [
    item('DM-TDM-DS', 'Data source', '数据来源', [
      ['2a', 'M', 'A part of production data serves as the base for tests.', '抽取部分生产数据作为测试基础数据。'],
      ['3a', 'A', 'What is sensitive is taken out of production data before use.', '使用前对生产数据进行脱敏清洗。'],
      ['4a', 'A', 'Each case makes its own data, by mock or interface.', '各用例的数据通过模拟或接口生成。'],
      ['5a', 'A', 'All data of functional and other tests is generated.', '功能与非功能测试数据全部自动生成。'],
    ]),
    item('DM-TDM-DC', 'Data coverage', '数据覆盖', [
      [
        '2a',
        'M',
        'Data covers the main cases: right, wrong and at the border.',
        '数据覆盖正常、异常、边界等主要场景。',
      ],
      ['2b', 'A', 'Data is sorted by kind of test.', '按测试类型对数据分类。'],
      [
        '3a',
        'M',
        'A system of data with its dependencies serves every layer of tests.',
        '建立含依赖关系的数据体系，支撑各层测试。',
      ],
      ['4a', 'M', 'Data covers security flaws and compliance of open source.', '数据覆盖安全漏洞与开源合规场景。'],
      ['4b', 'A', 'Data is renewed on a rhythm.', '数据定期更新。'],
      ['5a', 'H', 'The way data is managed is improved again and again.', '数据管理方式得到持续优化。'],
    ]),
    item('DM-TDM-DID', 'Data independence', '数据独立性', [
      ['2a', 'A', 'Test data can be saved and restored.', '测试数据可备份与恢复。'],
      ['2b', 'A', 'Test data is used again and stays consistent.', '测试数据可复用并保持一致。'],
      ['3a', 'A', 'Each case has its own data and a known start.', '每个用例拥有独立数据和明确的初始状态。'],
      ['3b', 'A', 'No case waits for the result of another.', '用例之间不存在数据依赖。'],
      ['4a', 'M', 'Data has tiers: a base for all, and data of each case.', '数据分层：公共基础数据与用例专属数据。'],
      ['5a', 'A', 'The demand of level 4 keeps being fulfilled.', '持续满足第四级要求。'],
    ]),
    item('DM-DCM-CP', 'Data change process', '变更过程', [
      ['2a', 'M', 'Documents fix how data is changed.', '以文档规范数据变更过程。'],
      ['2b', 'A', 'Scripts change the data.', '数据变更通过脚本执行。'],
      [
        '3a',
        'A',
        'Data is changed within the pipeline, by machine once a person agrees.',
        '数据变更纳入流水线，经人工确认后自动执行。',
      ],
      [
        '4a',
        'A',
        'Application and database are deployed independently of each other.',
        '应用部署与数据库变更解耦，可独立执行。',
      ],
      [
        '4b',
        'A',
        'The database changes along with the application and needs no specialist.',
        '数据变更随应用部署执行，无需专职人员介入。',
      ],
      ['5a', 'H', 'Ways of changing data are improved again and again.', '数据变更方法得到持续改进。'],
    ]),
    item('DM-DCM-CR', 'Compatibility and rollback', '兼容回滚', [
      [
        '2a',
        'A',
        'It is known which version of the database an application needs.',
        '建立并跟踪应用版本与数据库版本的对应关系。',
      ],
      ['3a', 'A', 'Each change has a way back that was tried.', '每次变更配有经过验证的回滚方案。'],
      [
        '4a',
        'M',
        'Changes suit older versions, and going back loses neither data nor service.',
        '变更向后兼容，回滚不丢数据、不停服务。',
      ],
      ['5a', 'A', 'The demand of level 4 keeps being fulfilled.', '持续满足第四级要求。'],
    ]),
    item('DM-DCM-DM', 'Data monitoring', '数据监控', [
      [
        '2a',
        'A',
        'Logs of changes are gathered and analysed, so that faults are found fast.',
        '收集并分析变更日志，快速定位问题。',
      ],
      ['3a', 'A', 'Changes are classed by environment and danger.', '按环境与风险程度对变更分级管控。'],
      ['4a', 'A', 'Abnormal changes are found and mended by machine.', '自动发现并修复异常变更。'],
      ['5a', 'H', 'Watching is improved again and again.', '监控手段得到持续优化。'],
    ]),
  ],
}
