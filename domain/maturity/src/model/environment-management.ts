import { item, type SubDomain } from './model.ts'

export const environmentManagement: SubDomain = {
  id: 'EM',
  name: { en: 'Environment management', zh: '环境管理' },
  items: [
    item('EM-EM-ET', 'Environment types', '环境类型', [
      ['2a', 'A', 'There is an environment for functional tests.', '具备功能测试环境。'],
      ['3a', 'A', 'There is a standard environment for development.', '具备标准化的开发环境。'],
      [
        '4a',
        'A',
        'There is one for each purpose: development, technical and business tests, trial release.',
        '按用途配齐开发、技术测试、业务测试、灰度等环境。',
      ],
      ['5a', 'A', 'Environments come when they are needed.', '环境可弹性供给。'],
    ]),
    item('EM-EM-EB', 'Environment creation', '环境构建', [
      ['2a', 'A', 'Machines create an environment within days.', '自动创建环境，以天计。'],
      ['3a', 'A', 'Teams get an environment from a platform within hours.', '通过平台自助获取环境，以小时计。'],
      ['4a', 'A', 'Containers deliver environments quickly.', '采用容器快速交付环境。'],
      ['4b', 'A', 'An environment is there within minutes.', '环境在数分钟内就绪。'],
      ['5a', 'A', 'Environments grow and shrink as the architecture does.', '环境随架构弹性伸缩。'],
    ]),
    item('EM-EM-EDCM', 'Environment dependencies and configuration', '环境依赖与配置管理', [
      [
        '2a',
        'A',
        'Tools manage what belongs to the operating system and its packages.',
        '用工具管理操作系统级依赖及其软件包。',
      ],
      [
        '3a',
        'M',
        'What an application needs of other services is managed with it.',
        '以应用为中心管理其对各类服务的依赖。',
      ],
      ['4a', 'A', 'Environments and dependencies are written as code.', '以代码描述环境及其依赖。'],
      ['5a', 'M', 'Single instances are configured while they run.', '支持实例级动态配置。'],
    ]),
  ],
}
