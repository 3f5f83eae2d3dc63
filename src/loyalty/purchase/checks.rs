//! What must always hold of purchases and returns.

use crate::kit::verify::Check;

/// What must always hold of purchases and returns.
pub const CHECKS: &[Check] = &[
    Check {
        // What stands around its id does not count. Over once all but one of them are returned whole.
        name: "An order of a partner is recorded once.",
        sql: "select min(p.order_id) || ': ' || string_agg(p.id::text, ', ' order by p.id) as violation
              from purchase p
              where exists (select from purchase_line l where l.purchase_id = p.id and l.returned_quantity < l.quantity)
              group by p.partner_id, tidy_name(p.order_id) having count(*) > 1",
    },
    Check {
        name: "A purchase's points are those of its lines, and those that its member was granted.",
        sql: "select p.id || ': ' || p.points_granted as violation
              from purchase p
              left join (select purchase_id, sum(points_granted) as points, sum(net_minor) as net_minor from purchase_line group by 1) l
                on l.purchase_id = p.id
              left join (select t.source_id, coalesce(w.merged_into, t.member_id) as member_id, -sum(e.amount) as points
                         from ledger_transaction t join ledger_entry e on e.transaction_id = t.id and e.account = 'issuance'
                         join wallet w on w.member_id = t.member_id
                         where t.source_type = 'purchase' and t.kind = 'earn' group by 1, 2) t on t.source_id = p.id::text
              where p.points_granted <> coalesce(l.points, -1) or p.net_minor <> coalesce(l.net_minor, -1)
                 or p.points_granted <> coalesce(t.points, 0) or t.member_id <> p.member_id",
    },
    Check {
        name: "What was returned of a line, and clawed back for it, is the sum of its returns.",
        sql: "select l.purchase_id || ' line ' || l.line as violation
              from purchase_line l
              left join (select r.purchase_id, rl.line, sum(rl.quantity) as quantity, sum(rl.points_clawed) as clawed
                         from purchase_return r join return_line rl on rl.purchase_return_id = r.id group by 1, 2) r
                on r.purchase_id = l.purchase_id and r.line = l.line
              left join (
                select l.purchase_id, l.line, sum(g.points) as points,
                       sum(ceil(g.points * (l.returned_quantity - g.returned) / (l.quantity - g.returned))) as clawed
                from (
                  select p.id as purchase_id, n.line, n.points::numeric, n.returned::numeric
                  from purchase p cross join jsonb_array_elements(p.trace) g
                  cross join rows from (jsonb_array_elements_text(g -> 'line_points'), jsonb_array_elements_text(g #> '{late,line_returned}'))
                    with ordinality as n (points, returned, line)
                  where p.trace @> '[{\"late\": {}}]' and jsonb_typeof(g -> 'late') = 'object' and n.points <> '0'
                ) g join purchase_line l on l.purchase_id = g.purchase_id and l.line = g.line group by 1, 2
              ) late on late.purchase_id = l.purchase_id and late.line = l.line
              where l.returned_quantity <> coalesce(r.quantity, 0) or l.points_clawed <> coalesce(r.clawed, 0)
                 or l.points_clawed <> coalesce(late.clawed, 0)
                      + ceil((l.points_granted - coalesce(late.points, 0)) * l.returned_quantity::numeric / l.quantity)",
    },
    Check {
        name: "A purchase was returned whole when nothing of it is left.",
        sql: "select p.id::text as violation from purchase p
              join (select purchase_id, bool_and(returned_quantity = quantity) as whole from purchase_line group by 1) l on l.purchase_id = p.id
              where l.whole <> (p.returned_whole_at is not null)",
    },
    Check {
        name: "What a return clawed back is what the ledger took.",
        sql: "select r.id::text as violation
              from purchase_return r
              left join ledger_transaction t on t.source_type = 'purchase_return' and t.source_id = r.id::text and t.kind = 'clawback'
              left join ledger_entry e on e.transaction_id = t.id and e.account = 'clawback'
              where r.points_clawed <> coalesce(e.amount, 0)",
    },
];
