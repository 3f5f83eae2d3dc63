-- What members want to hear of. Who asks or answers follows the question by that.
create table question_follow (
  member_id uuid not null references member,
  question_id uuid not null references post,
  since timestamptz not null,
  primary key (member_id, question_id)
);
create index follower_of_question on question_follow (question_id, member_id);

create table tag_follow (
  member_id uuid not null references member,
  tag_id uuid not null references tag,
  since timestamptz not null,
  primary key (member_id, tag_id)
);
create index follower_of_tag on tag_follow (tag_id, member_id);
