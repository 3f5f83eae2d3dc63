drop function tidy_name(text);
