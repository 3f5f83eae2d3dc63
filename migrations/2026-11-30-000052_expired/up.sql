-- What of a lot expired unused, and no return has counted yet: it is not asked for again.
alter table lot add column expired bigint not null default 0 check (expired >= 0);
alter table lot_allocation add column expired_delta bigint not null default 0;
alter table lot_allocation drop constraint lot_allocation_check;
alter table lot_allocation add check (remaining_delta <> 0 or reserved_delta <> 0 or expired_delta <> 0);

alter table lot_allocation disable trigger lot_allocation_append_only;
update lot_allocation a set expired_delta = -a.remaining_delta
from ledger_transaction t where t.id = a.transaction_id and t.kind = 'expire';
alter table lot_allocation enable trigger lot_allocation_append_only;
update lot set expired = a.expired
from (select lot_id, sum(expired_delta) as expired from lot_allocation where expired_delta <> 0 group by 1) a
where lot.id = a.lot_id;
