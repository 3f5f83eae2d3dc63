-- The server of before ends here: nothing reads or writes this any more.
drop procedure list_documents;
drop trigger post_indexed on post;
drop function index_post;
drop function searchable_of;
alter table post drop column searchable;
drop index question_title_trigrams;
