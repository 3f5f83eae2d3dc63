drop index redemption_by_code;
alter table reward drop column partner_id;
