//! What must always hold of tags that stand for others.

use crate::kit::verify::Check;

pub static ALL: &[Check] = &[
    Check {
        name: "A synonym stands for a tag that stands for itself.",
        sql: "select t.name || ' for ' || s.name as violation from tag t join tag s on s.id = t.synonym_of where s.synonym_of is not null",
    },
    Check {
        name: "A synonym has no questions and no followers: its tag has them.",
        sql: "select t.name || ' has ' || u.what as violation from tag t
              join (select tag_id, 'questions' as what from question_tag union select tag_id, 'followers' from tag_follow) u on u.tag_id = t.id
              where t.synonym_of is not null",
    },
];
