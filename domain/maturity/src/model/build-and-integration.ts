import { item, type SubDomain } from './model.ts'

export const buildAndIntegration: SubDomain = {
  id: 'BCI',
  name: { en: 'Build and continuous integration', zh: '构建与持续集成' },
  items: [
    item('BCI-BP-BM', 'Build method', '构建方式', [
      ['2a', 'A', 'Scripts do the build.', '构建由脚本完成。'],
      ['3a', 'A', 'Build scripts are layered and shared as modules.', '构建脚本结构化、模块化，可复用共享。'],
      ['3b', 'M', 'These modules have known maintainers.', '构建脚本模块有专人维护。'],
      [
        '4a',
        'A',
        'Building is a service that the whole development team can call.',
        '构建以服务方式提供，供整个开发团队使用。',
      ],
      ['4b', 'M', 'Teams put a build together visually, for their own case.', '团队可按场景可视化编排构建过程。'],
      ['5a', 'H', 'The build service becomes easier to use over time.', '构建服务的易用性持续提升。'],
    ]),
    item('BCI-BP-BE', 'Build environment', '构建环境', [
      ['2a', 'A', 'Builds run on servers of their own that many jobs share.', '有独立的构建服务器，供多任务共用。'],
      ['3a', 'A', 'Build environments are configured alike.', '构建环境的配置实现标准化。'],
      ['3b', 'A', 'Build machines form a pool.', '构建资源已池化。'],
      ['4a', 'A', 'Build resources come and go with demand.', '构建资源按需分配与回收。'],
      ['5a', 'M', 'The build environment is tuned for speed again and again.', '持续优化构建环境以提升构建速度。'],
    ]),
    item('BCI-BP-BP', 'Build plan', '构建计划', [
      ['2a', 'A', 'A build runs every day without anyone starting it.', '每日自动执行构建。'],
      ['2b', 'A', 'There are kinds of builds, as the way of releasing demands.', '按发布策略区分构建类型。'],
      ['3a', 'A', 'Builds start by timetable and by commit.', '支持定时构建与提交触发构建。'],
      [
        '3b',
        'M',
        'The plan and its rules are written down and known to the team.',
        '构建计划与规则已明确，并向团队公开。',
      ],
      ['4a', 'A', 'Each team arranges its own build plan.', '各团队可自行配置构建计划。'],
      ['5a', 'A', 'The demand of level 4 keeps being fulfilled.', '持续满足第四级要求。'],
    ]),
    item('BCI-BP-BR', 'Build responsibility', '构建职责', [
      [
        '2a',
        'M',
        'Known people keep tools, environment and plan, and access is controlled.',
        '构建工具、环境与计划由专人维护，并有权限控制。',
      ],
      [
        '3a',
        'H',
        'A team of specialists with divided duties keeps tools and environment.',
        '由分工明确的专业团队维护构建工具与环境。',
      ],
      ['4a', 'A', 'Teams build for themselves whenever they need to.', '团队可按需自助构建。'],
      [
        '5a',
        'A',
        'Any member of a team can start a build and learn its result fast.',
        '团队任何成员都能触发构建并快速获得反馈。',
      ],
    ]),
    item('BCI-CI-IS', 'Integration service', '集成服务', [
      ['2a', 'A', 'The project uses one continuous integration service.', '项目使用统一的持续集成服务。'],
      ['3a', 'H', 'A team improves that service.', '有团队负责改进持续集成服务。'],
      ['4a', 'A', 'Development teams help themselves to continuous integration.', '开发团队可自助使用持续集成。'],
      [
        '4b',
        'A',
        'Waiting jobs are managed; resources and priorities can be set.',
        '任务队列受管理，资源与优先级可调控。',
      ],
      [
        '5a',
        'H',
        'The service raises how well the organisation delivers, again and again.',
        '持续集成服务不断提升组织的交付能力。',
      ],
    ]),
    item('BCI-CI-IF', 'Integration frequency', '集成频率', [
      ['2a', 'A', 'The team integrates on a timetable of days to weeks.', '团队按数天至数周的节奏定期集成。'],
      ['3a', 'A', 'Every developer reaches the trunk at least once a day.', '每位开发人员每天至少向主干集成一次。'],
      ['4a', 'A', 'Developers can integrate several times a day.', '开发人员每天可多次集成。'],
      [
        '4b',
        'A',
        'A change of any kind, be it code, settings or environment, starts the whole flow.',
        '代码、配置、环境等任何变更都会触发完整的集成流程。',
      ],
      ['5a', 'A', 'This holds for every change without exception.', '上述要求对所有变更无一例外。'],
    ]),
    item('BCI-CI-IM', 'Integration method', '集成方式', [
      ['2a', 'A', 'A timer builds some branches several times a day.', '部分分支每天多次定时构建。'],
      ['3a', 'A', 'Each commit starts a build.', '每次提交都会触发构建。'],
      [
        '3b',
        'A',
        'A failure is analysed by machine and told to those who can mend it.',
        '构建失败自动分析，并通知到具体责任人。',
      ],
      ['4a', 'A', 'Each commit is tested and statically analysed too.', '每次提交还会触发测试与静态检查。'],
      ['4b', 'A', 'Problems found by tests enter the change system by themselves.', '测试发现的问题自动录入变更系统。'],
      ['4c', 'A', 'A version is held back when its tests do not pass.', '测试结果是版本质量的硬性门槛，不通过即阻断。'],
      ['5a', 'M', 'Integration and tests are tiered to suit modules and stages.', '按模块与阶段分级组织集成与测试。'],
    ]),
    item('BCI-CI-FP', 'Feedback cycle', '反馈周期', [
      [
        '2a',
        'A',
        'An integration problem is found and mended in half a day or longer.',
        '集成问题从发现到修复需要半天或更久。',
      ],
      ['3a', 'A', 'An integration problem is found and mended in a few hours.', '集成问题在数小时内发现并修复。'],
      ['4a', 'A', 'An integration problem is found and mended in thirty minutes.', '集成问题在 30 分钟内发现并修复。'],
      ['5a', 'A', 'An integration problem is found and mended in ten minutes.', '集成问题在 10 分钟内发现并修复。'],
    ]),
  ],
}
