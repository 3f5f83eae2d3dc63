drop procedure if exists list_documents;
drop trigger post_document_followed on post;
drop trigger post_documented on post;
drop function follow_search_document, add_search_documents;
drop table search_word_count, search_word, search_document;
drop function mends;
