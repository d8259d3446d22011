import { item, type SubDomain } from './model.ts'

export const measurementAndFeedback: SubDomain = {
  id: 'MF',
  name: { en: 'Measurement and feedback', zh: '度量与反馈' },
  items: [
    item('MF-MI-MID', 'Metric definition', '度量指标定义', [
      ['2a', 'A', 'Each stage has metrics within its department.', '部门内各阶段均定义度量指标。'],
      ['3a', 'M', 'Metrics span organisations and fields.', '度量指标跨组织、跨领域。'],
      ['4a', 'M', 'The whole team shares metrics of the core business.', '全团队共享核心业务指标。'],
      ['4b', 'A', 'A complete set of metrics rests on the maturity model.', '基于成熟度模型建立完整的度量体系。'],
      ['5a', 'M', 'Teams themselves keep improving the metrics.', '团队自主推动度量指标持续改进。'],
    ]),
    item('MF-MI-MIM', 'Metric types', '度量指标类型', [
      [
        '2a',
        'A',
        'Most metrics tell results: how often, how long, how often failed, how soon mended.',
        '以结果指标为主：变更频率、前置时间、失败率、修复时间。',
      ],
      ['3a', 'A', 'Metrics of the process show how development really goes.', '过程指标反映研发的真实状况。'],
      ['4a', 'A', 'Exploring metrics show trends, foresee and warn.', '探索性指标展现趋势，可预测与预警。'],
      ['5a', 'M', 'Feedback on metrics improves their kinds.', '依据反馈持续改进指标类型。'],
    ]),
    item('MF-MI-MDM', 'Metric data management', '度量数据管理', [
      ['2a', 'A', 'Data is sampled.', '抽样采集度量数据。'],
      ['3a', 'A', 'Data is collected without pause.', '持续采集度量数据。'],
      ['3b', 'A', 'Rules say how long history is kept and how.', '历史数据的保存有明确规则。'],
      ['4a', 'M', 'History is mined.', '对历史数据进行挖掘分析。'],
      ['5a', 'M', 'The demand of level 4 keeps being fulfilled.', '持续满足第四级要求。'],
    ]),
    item('MF-MI-MIU', 'Metric update', '度量指标更新', [
      ['2a', 'A', 'Metrics hardly change once they are set.', '指标设定后很少调整。'],
      ['3a', 'A', 'Metrics are renewed on a rhythm as needed.', '按需定期更新指标。'],
      ['3b', 'M', 'The team agrees on which matter most.', '团队就指标优先级达成一致。'],
      ['4a', 'M', 'A complete and ripe framework is kept current.', '具备完整成熟的度量框架并保持更新。'],
      [
        '5a',
        'H',
        'Analysis of much data, or machines that learn, propose metrics and their weight.',
        '借助大数据或人工智能推荐指标并调整优先级。',
      ],
    ]),
    item('MF-MDI-CGM', 'Content and production of reports', '内容和生成方式', [
      ['2a', 'A', 'Machines make the reports.', '报告自动生成。'],
      ['2b', 'A', 'Reports have a standard form.', '报告格式标准化。'],
      ['3a', 'A', 'Reports come in classes and on request.', '报告分类，可按需生成。'],
      ['4a', 'M', 'One metrics platform spans organisations.', '建立跨组织的统一度量平台。'],
      ['4b', 'A', 'Reports can be tailored and take several forms.', '报告可定制，形式多样。'],
      ['5a', 'H', 'Ways, platform and display are improved again and again.', '方法、平台与展示持续改进。'],
    ]),
    item('MF-MDI-MDU', 'Timeliness of data', '数据时效性', [
      ['2a', 'A', 'Reports show the newest state.', '报告反映最新状态。'],
      ['3a', 'A', 'Boards are live.', '看板数据实时更新。'],
      [
        '4a',
        'A',
        'Boards draw many dimensions together, live, and show where they lead.',
        '看板实时聚合多维数据并分析趋势。',
      ],
      ['5a', 'A', 'The demand of level 4 keeps being fulfilled.', '持续满足第四级要求。'],
    ]),
    item('MF-MDI-SC', 'Audience', '覆盖范围', [
      ['2a', 'A', 'All members of the team can see the reports.', '团队全体成员可查看报告。'],
      ['3a', 'A', 'Members of all teams can see them.', '所有团队成员可查看报告。'],
      ['4a', 'A', 'Reports are sent to those concerned, who can subscribe.', '报告精准推送给相关人员，支持订阅。'],
      ['5a', 'A', 'The demand of level 4 keeps being fulfilled.', '持续满足第四级要求。'],
    ]),
    item('MF-MDI-MFI', 'Improvement from feedback', '反馈改进', [
      ['2a', 'A', 'Problems that metrics show are tracked and mended on a rhythm.', '跟踪度量发现的问题并定期改进。'],
      ['3a', 'A', 'Such problems enter the work of the iterations.', '问题纳入迭代计划持续改进。'],
      ['4a', 'M', 'There is a standing way to do so.', '建立常态化的改进机制。'],
      ['4b', 'A', 'Time is set aside for it.', '为改进预留时间。'],
      ['4c', 'M', 'What worked is spread and kept as knowledge.', '优秀改进得到推广并沉淀为知识。'],
      [
        '5a',
        'H',
        'Mining across organisations and flows informs decisions of the business.',
        '跨组织、跨流程的数据挖掘支撑业务决策。',
      ],
    ]),
  ],
}
