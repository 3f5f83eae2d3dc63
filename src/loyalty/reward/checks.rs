//! What must always hold of stocks and codes.

use crate::kit::verify::Check;

pub const CHECKS: &[Check] = &[
    Check {
        name: "What is missing from a stock is what redemptions took.",
        sql: "select r.name || ': ' || (s.supplied - s.available) || ' missing, ' || t.taken || ' taken' as violation
              from reward_stock s join reward r on r.id = s.reward_id
              cross join lateral (
                select case when r.kind = 'code_pool'
                  then (select count(*) from coupon_code c where c.reward_id = r.id and c.redemption_id is not null)
                  else (select count(*) from redemption d where d.reward_id = r.id and d.stocked and d.state not in ('cancelled', 'expired'))
                end as taken) t
              where s.supplied - s.available <> t.taken",
    },
    Check {
        name: "The stock of a code pool is its codes.",
        sql: "select r.name as violation from reward r left join reward_stock s on s.reward_id = r.id
              where r.kind = 'code_pool'
                and s.supplied is distinct from (select count(*)::int from coupon_code c where c.reward_id = r.id)",
    },
    Check {
        name: "A code of a pool belongs to one redemption, which names it.",
        sql: "select c.code as violation from coupon_code c join redemption d on d.id = c.redemption_id
              where d.code is distinct from c.code or d.reward_id <> c.reward_id or d.state = 'expired'
              union all
              select d.id::text from redemption d join reward r on r.id = d.reward_id and r.kind = 'code_pool'
              where d.state not in ('cancelled', 'expired')
                and not exists (select from coupon_code c where c.redemption_id = d.id)",
    },
];
