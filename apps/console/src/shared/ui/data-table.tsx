import type { ReactNode } from 'react'

export interface Column<Row> {
  key: string
  title: string
  cell: (row: Row) => ReactNode
  /** Numbers stand right. */
  numeric?: boolean
  /** Takes the room that the others leave. */
  wide?: boolean
}

/** A table on a desk; on a phone each row is a small list of its columns' names and values. */
export function DataTable<Row>(props: {
  caption: string
  columns: readonly Column<Row>[]
  rows: readonly Row[]
  rowKey: (row: Row) => string
  empty: ReactNode
}) {
  if (props.rows.length === 0) return <div className="empty-note">{props.empty}</div>
  return (
    <table className="data-table">
      <caption className="visually-hidden">{props.caption}</caption>
      <thead>
        <tr>
          {props.columns.map((column) => (
            <th key={column.key} scope="col" className={cellClass(column)}>
              {column.title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {props.rows.map((row) => (
          <tr key={props.rowKey(row)}>
            {props.columns.map((column) => (
              <td key={column.key} data-label={column.title} className={cellClass(column)}>
                {column.cell(row)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function cellClass(column: { numeric?: boolean; wide?: boolean }): string {
  return `${column.numeric === true ? 'cell-numeric' : ''} ${column.wide === true ? 'cell-wide' : ''}`.trim()
}
