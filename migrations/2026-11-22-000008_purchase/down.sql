drop table award, return_line, purchase_return, purchase_line, purchase, earning_rule_version, earning_rule;
