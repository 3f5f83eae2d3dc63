drop trigger if exists post_followed on post;
drop procedure if exists count_posts;
drop function if exists follow_post, listing_of;
drop trigger post_counted on post;
drop trigger question_tag_added on question_tag;
drop trigger question_tag_removed on question_tag;
drop function list_tags, add_post_counters;
drop table question_listing, post_counter;
drop function hot_key;
