alter table partner drop column is_importer;
