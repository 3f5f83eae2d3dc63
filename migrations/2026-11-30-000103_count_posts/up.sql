call count_posts();
