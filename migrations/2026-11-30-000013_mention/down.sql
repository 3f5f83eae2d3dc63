drop index revision_of_editor, comment_by_renderer, post_by_renderer;
alter table comment drop column renderer;
drop table mention;
