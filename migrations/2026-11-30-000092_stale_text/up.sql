-- Texts that an earlier renderer made, in the order in which a job takes them: by id alone, each batch read past all that the
-- batches before it had rendered.
drop index post_by_renderer, comment_by_renderer;
create index post_by_renderer on post (renderer, id);
create index comment_by_renderer on comment (renderer, id);
