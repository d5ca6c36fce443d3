// biome-ignore-all lint/a11y/noRedundantRoles: a changed display takes the roles away in some browsers
import { Fragment, type ReactNode } from 'react';

export interface Column<Row> {
  key: string;
  label: string;
  number?: boolean;
  /** Takes the space that is left; its words may wrap. */
  wide?: boolean;
  cell: (row: Row) => ReactNode;
}

/**
 * A table that turns into cards where it has no room. Roles are written out, because a changed `display` takes them
 * from table elements in some browsers.
 */
export function Table<Row>(props: {
  label: string;
  columns: Column<Row>[];
  rows: Row[];
  rowKey: (row: Row) => string;
  chosen?: (row: Row) => boolean;
  /** What stands under an opened row, if it is open. */
  under?: (row: Row) => ReactNode;
}) {
  const { columns, rows } = props;
  return (
    <table className="table" role="table" aria-label={props.label}>
      <thead role="rowgroup">
        <tr role="row">
          {columns.map((column) => (
            <th key={column.key} role="columnheader" scope="col" className={classOf(column)}>
              {column.label}
            </th>
          ))}
        </tr>
      </thead>
      <tbody role="rowgroup">
        {rows.map((row) => {
          const under = props.under?.(row);
          const key = props.rowKey(row);
          return (
            <Fragment key={key}>
              <tr role="row" className={props.chosen?.(row) ? 'chosen' : undefined}>
                {columns.map((column) => (
                  <td key={column.key} role="cell" className={classOf(column)} data-label={column.label}>
                    <div>{column.cell(row)}</div>
                  </td>
                ))}
              </tr>
              {under != null && (
                <tr role="row" className="under">
                  <td role="cell" colSpan={columns.length}>
                    {under}
                  </td>
                </tr>
              )}
            </Fragment>
          );
        })}
      </tbody>
    </table>
  );
}

function classOf(column: { number?: boolean; wide?: boolean }): string | undefined {
  if (column.number) return 'number';
  return column.wide ? 'wide' : undefined;
}
