import type { ReactNode } from 'react'

/** One titled part of a page. `note` stands beside the title. */
export function Section(props: {
  id?: string
  title: ReactNode
  note?: ReactNode
  plain?: boolean
  children: ReactNode
}) {
  return (
    <section id={props.id} className={props.plain === true ? 'section' : 'section section-boxed'}>
      <header className="section-head">
        <h2>{props.title}</h2>
        {props.note === undefined ? null : <div className="section-note">{props.note}</div>}
      </header>
      {props.children}
    </section>
  )
}
