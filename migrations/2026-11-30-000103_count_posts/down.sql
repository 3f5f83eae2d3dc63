truncate post_counter, question_listing;
