drop function note_account_changes, note_comment_changes, note_leaderboard_changes, note_member_changes, note_membership_changes,
  note_post_changes, note_question_tag_changes, note_reputation_changes, note_site_changes, note_tag_changes, note_user_group_changes
  cascade;
drop function append_changes;
drop table change;
