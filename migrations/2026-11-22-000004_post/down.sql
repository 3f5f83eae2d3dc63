drop table post_link, question_tag, tag, comment, vote, revision, post;
