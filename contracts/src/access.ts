/** What an actor may do. Each route of the API names one; the table of who may is in `domain/access`. */
export type Permission =
  | 'project.read'
  | 'project.register'
  | 'change.propose'
  | 'run.read'
  | 'run.create'
  | 'run.cancel'
  | 'producers.accept'
  | 'runner.register'
  | 'session.read'
  | 'session.open'
  | 'session.invite'
  | 'server.stop'
