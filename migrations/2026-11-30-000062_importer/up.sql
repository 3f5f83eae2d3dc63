-- The partner whose orders come from files keeps them when it is renamed.
alter table partner add column is_importer boolean not null default false;
-- Where it was renamed already, it is known by what it recorded.
update partner set is_importer = true
where id = (
  select p.id from partner p
  where p.name = 'import'
     or exists (select from purchase b join purchase_line l on l.purchase_id = b.id
                where b.partner_id = p.id and b.channel = 'import' and l.sku = 'unspecified')
  order by p.name = 'import' desc, p.created_at, p.id limit 1);
create unique index partner_is_importer on partner (is_importer) where is_importer;
