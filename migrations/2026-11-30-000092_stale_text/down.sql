drop index post_by_renderer, comment_by_renderer;
create index post_by_renderer on post (renderer);
create index comment_by_renderer on comment (renderer);
