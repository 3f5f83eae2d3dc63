// @generated automatically by Diesel CLI.

pub mod sql_types {
    #[derive(diesel::query_builder::QueryId, Clone, diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "tsvector", schema = "pg_catalog"))]
    pub struct Tsvector;

    #[derive(diesel::query_builder::QueryId, Clone, diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "xid8", schema = "pg_catalog"))]
    pub struct Xid8;
}

diesel::table! {
    use diesel::sql_types::*;

    account (id) {
        id -> Uuid,
        member_id -> Uuid,
        email -> Text,
        email_key -> Text,
        email_hash -> Bytea,
        email_canonical -> Text,
        password_hash -> Text,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    api_key (id) {
        id -> Uuid,
        partner_id -> Uuid,
        name -> Text,
        prefix -> Text,
        hash -> Bytea,
        scopes -> Text,
        created_at -> Timestamptz,
        expires_at -> Nullable<Timestamptz>,
        revoked_at -> Nullable<Timestamptz>,
        last_used_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    audit_entry (id) {
        id -> Uuid,
        actor_id -> Nullable<Uuid>,
        action -> Text,
        subject_kind -> Text,
        subject_id -> Uuid,
        reason -> Text,
        detail -> Jsonb,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    award (id) {
        id -> Uuid,
        member_id -> Uuid,
        rule_version_id -> Uuid,
        trigger -> Text,
        post_id -> Nullable<Uuid>,
        giver_id -> Nullable<Uuid>,
        source_id -> Uuid,
        requested -> Int8,
        granted -> Int8,
        limited_by -> Nullable<Text>,
        transaction_id -> Nullable<Uuid>,
        day -> Date,
        occurred_at -> Timestamptz,
        revoked_at -> Nullable<Timestamptz>,
        withdrawn_at -> Nullable<Timestamptz>,
        awaits_trust -> Bool,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::sql_types::Xid8;

    change (xid, key) {
        xid -> Xid8,
        key -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    comment (id) {
        id -> Uuid,
        post_id -> Uuid,
        author_id -> Uuid,
        body_markdown -> Text,
        body_html -> Text,
        state -> Text,
        created_at -> Timestamptz,
        edited_at -> Nullable<Timestamptz>,
        import_source -> Nullable<Text>,
        import_id -> Nullable<Text>,
        renderer -> Int2,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    coupon_code (reward_id, code) {
        reward_id -> Uuid,
        code -> Text,
        redemption_id -> Nullable<Uuid>,
        key -> Text,
        is_duplicate -> Bool,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    earning_rule (id) {
        id -> Uuid,
        name -> Text,
        trigger -> Text,
        created_at -> Timestamptz,
        archived_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    earning_rule_version (id) {
        id -> Uuid,
        rule_id -> Uuid,
        number -> Int4,
        terms -> Jsonb,
        valid_from -> Timestamptz,
        valid_until -> Nullable<Timestamptz>,
        created_by -> Nullable<Uuid>,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    erased_handle (hash) {
        hash -> Bytea,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    external_member (partner_id, external_id) {
        partner_id -> Uuid,
        external_id -> Text,
        member_id -> Uuid,
        linked_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    flag (id) {
        id -> Uuid,
        post_id -> Uuid,
        flagger_id -> Uuid,
        review_item_id -> Uuid,
        reason -> Text,
        note -> Text,
        weight -> Int4,
        verdict -> Text,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    idempotency_key (caller, operation, key) {
        caller -> Text,
        operation -> Text,
        key -> Text,
        request_hash -> Bytea,
        status -> Nullable<Int2>,
        body -> Nullable<Text>,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    import_progress (source) {
        source -> Text,
        stage -> Text,
        position -> Int8,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    integrity_check (id) {
        id -> Uuid,
        requested_by -> Uuid,
        requested_at -> Timestamptz,
        checked -> Int4,
        total -> Int4,
        ended_at -> Nullable<Timestamptz>,
        findings -> Nullable<Jsonb>,
        liability_points -> Nullable<Int8>,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    leaderboard (id) {
        id -> Uuid,
        metric -> Text,
        period -> Text,
        starts_on -> Date,
        group_id -> Nullable<Uuid>,
        version -> Int8,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    leaderboard_bucket (leaderboard_id, lowest) {
        leaderboard_id -> Uuid,
        lowest -> Int8,
        members -> Int8,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    leaderboard_score (leaderboard_id, member_id) {
        leaderboard_id -> Uuid,
        member_id -> Uuid,
        score -> Int8,
        reached_at -> Timestamptz,
        listed -> Bool,
        version -> Int8,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    ledger_entry (transaction_id, line) {
        transaction_id -> Uuid,
        line -> Int2,
        account -> Text,
        member_id -> Nullable<Uuid>,
        amount -> Int8,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    ledger_transaction (id) {
        id -> Uuid,
        member_id -> Uuid,
        kind -> Text,
        source_type -> Text,
        source_id -> Text,
        leg -> Text,
        reverses_id -> Nullable<Uuid>,
        note -> Text,
        effective_at -> Timestamptz,
        recorded_at -> Timestamptz,
        counted_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    lot (id) {
        id -> Uuid,
        member_id -> Uuid,
        transaction_id -> Uuid,
        granted -> Int8,
        remaining -> Int8,
        reserved -> Int8,
        priority -> Int2,
        available_at -> Timestamptz,
        activated_at -> Nullable<Timestamptz>,
        expires_at -> Nullable<Timestamptz>,
        expired -> Int8,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    lot_allocation (transaction_id, lot_id) {
        transaction_id -> Uuid,
        lot_id -> Uuid,
        remaining_delta -> Int8,
        reserved_delta -> Int8,
        expired_delta -> Int8,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    member (id) {
        id -> Uuid,
        handle -> Text,
        handle_key -> Text,
        display_name -> Text,
        bio -> Text,
        role -> Text,
        trust -> Int2,
        on_leaderboards -> Bool,
        import_source -> Nullable<Text>,
        import_id -> Nullable<Text>,
        created_at -> Timestamptz,
        erased_at -> Nullable<Timestamptz>,
        version -> Int4,
        merged_into -> Nullable<Uuid>,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    member_tier (member_id) {
        member_id -> Uuid,
        rank -> Int2,
        reached_at -> Timestamptz,
        valid_until -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    membership (group_id, member_id) {
        group_id -> Uuid,
        member_id -> Uuid,
        role -> Text,
        state -> Text,
        since -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    mention (member_id, post_id) {
        member_id -> Uuid,
        post_id -> Uuid,
        comment_id -> Nullable<Uuid>,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    merge (id) {
        id -> Uuid,
        from_id -> Uuid,
        into_id -> Uuid,
        by_id -> Nullable<Uuid>,
        reason -> Text,
        outcome -> Jsonb,
        at -> Timestamptz,
        undone_at -> Nullable<Timestamptz>,
        undone_by -> Nullable<Uuid>,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    merged_row (id) {
        id -> Int8,
        merge_id -> Uuid,
        place -> Text,
        row_id -> Uuid,
        was -> Nullable<Jsonb>,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    notification (id) {
        id -> Uuid,
        replaces_id -> Nullable<Uuid>,
        member_id -> Uuid,
        kind -> Text,
        about_id -> Uuid,
        sources -> Array<Uuid>,
        count -> Int4,
        actor_id -> Nullable<Uuid>,
        question_id -> Nullable<Uuid>,
        post_id -> Nullable<Uuid>,
        comment_id -> Nullable<Uuid>,
        group_id -> Nullable<Uuid>,
        redemption_id -> Nullable<Uuid>,
        amount -> Nullable<Int8>,
        detail -> Nullable<Text>,
        created_at -> Timestamptz,
        read_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    notification_off (member_id, kind) {
        member_id -> Uuid,
        kind -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    outbox_event (id) {
        id -> Int8,
        kind -> Text,
        payload -> Jsonb,
        occurred_at -> Timestamptz,
        attempts -> Int4,
        aggregate -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    parked_event (id) {
        id -> Int8,
        kind -> Text,
        payload -> Jsonb,
        occurred_at -> Timestamptz,
        error -> Text,
        parked_at -> Timestamptz,
        aggregate -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    partner (id) {
        id -> Uuid,
        name -> Text,
        created_at -> Timestamptz,
        is_importer -> Bool,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    post (id) {
        id -> Uuid,
        kind -> Text,
        question_id -> Uuid,
        group_id -> Nullable<Uuid>,
        author_id -> Uuid,
        title -> Nullable<Text>,
        body_markdown -> Text,
        body_html -> Text,
        excerpt -> Text,
        renderer -> Int2,
        state -> Text,
        accepted_answer_id -> Nullable<Uuid>,
        accepted_at -> Nullable<Timestamptz>,
        closed_at -> Nullable<Timestamptz>,
        close_reason -> Nullable<Text>,
        duplicate_of -> Nullable<Uuid>,
        locked_at -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
        edited_at -> Nullable<Timestamptz>,
        deleted_at -> Nullable<Timestamptz>,
        version -> Int4,
        import_source -> Nullable<Text>,
        import_id -> Nullable<Text>,
        accepted_earns_points -> Bool,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    post_counter (post_id) {
        post_id -> Uuid,
        question_id -> Uuid,
        up_votes -> Int4,
        down_votes -> Int4,
        score -> Int4,
        comment_count -> Int4,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    post_link (question_id, related_id, kind) {
        question_id -> Uuid,
        related_id -> Uuid,
        kind -> Text,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    purchase (id) {
        id -> Uuid,
        partner_id -> Uuid,
        order_id -> Text,
        member_id -> Uuid,
        currency -> Text,
        purchased_at -> Timestamptz,
        channel -> Nullable<Text>,
        order_discount_minor -> Int8,
        shipping_minor -> Int8,
        tax_minor -> Int8,
        gift_card_minor -> Int8,
        points_paid_minor -> Int8,
        net_minor -> Int8,
        points_granted -> Int8,
        trace -> Jsonb,
        recorded_at -> Timestamptz,
        no_points_reason -> Nullable<Text>,
        returned_whole_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    purchase_line (purchase_id, line) {
        purchase_id -> Uuid,
        line -> Int2,
        sku -> Text,
        category -> Nullable<Text>,
        quantity -> Int8,
        unit_minor -> Int8,
        discount_minor -> Int8,
        net_minor -> Int8,
        points_granted -> Int8,
        returned_quantity -> Int8,
        points_clawed -> Int8,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    purchase_return (id) {
        id -> Uuid,
        purchase_id -> Uuid,
        return_id -> Text,
        returned_at -> Timestamptz,
        points_clawed -> Int8,
        recorded_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    qualifying_entry (transaction_id) {
        transaction_id -> Uuid,
        member_id -> Uuid,
        points -> Int8,
        qualified_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    question_follow (member_id, question_id) {
        member_id -> Uuid,
        question_id -> Uuid,
        since -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    question_listing (question_id) {
        question_id -> Uuid,
        group_id -> Nullable<Uuid>,
        published -> Bool,
        tags -> Array<Text>,
        score -> Int4,
        answer_count -> Int4,
        answers_score -> Int4,
        participants -> Int4,
        hot_key -> Float8,
        active_at -> Timestamptz,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    question_tag (question_id, tag_id) {
        question_id -> Uuid,
        tag_id -> Uuid,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    redemption (id) {
        id -> Uuid,
        reward_id -> Uuid,
        member_id -> Uuid,
        partner_id -> Nullable<Uuid>,
        points -> Int8,
        state -> Text,
        held_until -> Nullable<Timestamptz>,
        stocked -> Bool,
        code -> Nullable<Text>,
        ship_to -> Nullable<Text>,
        reason -> Text,
        created_at -> Timestamptz,
        resolved_at -> Nullable<Timestamptz>,
        version -> Int4,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    referral (id) {
        id -> Uuid,
        advocate_id -> Uuid,
        referee_id -> Uuid,
        state -> Text,
        reason -> Text,
        purchase_id -> Nullable<Uuid>,
        created_at -> Timestamptz,
        qualified_at -> Nullable<Timestamptz>,
        matures_at -> Nullable<Timestamptz>,
        resolved_at -> Nullable<Timestamptz>,
        min_minor -> Nullable<Int8>,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    referral_code (member_id) {
        member_id -> Uuid,
        code -> Text,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    refresh_token (hash) {
        hash -> Bytea,
        session_id -> Uuid,
        issued_at -> Timestamptz,
        used_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    reputation (member_id) {
        member_id -> Uuid,
        total -> Int4,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    reputation_entry (id) {
        id -> Uuid,
        member_id -> Uuid,
        kind -> Text,
        amount -> Int4,
        post_id -> Nullable<Uuid>,
        source -> Text,
        occurred_at -> Timestamptz,
        moved -> Bool,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    return_line (purchase_return_id, line) {
        purchase_return_id -> Uuid,
        line -> Int2,
        quantity -> Int8,
        points_clawed -> Int8,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    review_item (id) {
        id -> Uuid,
        post_id -> Uuid,
        state -> Text,
        weight -> Int4,
        hidden_at -> Nullable<Timestamptz>,
        locked_until -> Nullable<Timestamptz>,
        claimed_by -> Nullable<Uuid>,
        claimed_until -> Nullable<Timestamptz>,
        decision -> Nullable<Text>,
        decided_by -> Nullable<Uuid>,
        decided_at -> Nullable<Timestamptz>,
        reason -> Nullable<Text>,
        note -> Nullable<Text>,
        state_before -> Nullable<Text>,
        state_after -> Nullable<Text>,
        created_at -> Timestamptz,
        version -> Int4,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    revision (post_id, number) {
        post_id -> Uuid,
        number -> Int4,
        editor_id -> Uuid,
        title -> Nullable<Text>,
        body_markdown -> Text,
        tags -> Text,
        reason -> Text,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    reward (id) {
        id -> Uuid,
        name -> Text,
        description -> Text,
        kind -> Text,
        price_points -> Int8,
        face_value -> Nullable<Int8>,
        currency -> Nullable<Text>,
        tier_rank_min -> Int2,
        available_from -> Nullable<Timestamptz>,
        available_until -> Nullable<Timestamptz>,
        per_member_max -> Nullable<Int4>,
        per_member_period -> Text,
        needs_approval -> Bool,
        refundable -> Bool,
        cost_minor -> Int8,
        created_at -> Timestamptz,
        archived_at -> Nullable<Timestamptz>,
        version -> Int4,
        partner_id -> Nullable<Uuid>,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    reward_stock (reward_id) {
        reward_id -> Uuid,
        supplied -> Int4,
        available -> Int4,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    sanction (id) {
        id -> Uuid,
        member_id -> Uuid,
        kind -> Text,
        reason -> Text,
        note -> Text,
        imposed_by -> Nullable<Uuid>,
        review_item_id -> Nullable<Uuid>,
        starts_at -> Timestamptz,
        ends_at -> Nullable<Timestamptz>,
        lifted_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::sql_types::Tsvector;

    search_document (post_id) {
        post_id -> Uuid,
        question_id -> Uuid,
        group_id -> Nullable<Uuid>,
        author_id -> Uuid,
        published -> Bool,
        created_at -> Timestamptz,
        language -> Nullable<Text>,
        word_count -> Int4,
        analyzer -> Int2,
        words -> Nullable<Tsvector>,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    search_word (word) {
        word -> Text,
        documents -> Int4,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    search_word_count (id) {
        id -> Bool,
        counted_at -> Nullable<Timestamptz>,
        documents_written -> Int8,
        deletions -> Int8,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    server_secret (id) {
        id -> Uuid,
        purpose -> Text,
        secret -> Bytea,
        created_at -> Timestamptz,
        retired_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    session (id) {
        id -> Uuid,
        member_id -> Uuid,
        user_agent -> Text,
        created_at -> Timestamptz,
        last_used_at -> Timestamptz,
        expires_at -> Timestamptz,
        revoked_at -> Nullable<Timestamptz>,
        network -> Nullable<Bytea>,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    site (id) {
        id -> Bool,
        name -> Text,
        tagline -> Text,
        language -> Text,
        currency -> Text,
        point_singular -> Text,
        point_plural -> Text,
        referral_text -> Text,
        welcome_markdown -> Text,
        welcome_html -> Text,
        sign_up_open -> Bool,
        title_chars_min -> Int4,
        body_chars_min -> Int4,
        flag_hide_weight -> Int4,
        flag_hide_flaggers -> Int4,
        flag_lock_weight -> Int4,
        flag_lock_flaggers -> Int4,
        flag_silence_flaggers -> Int4,
        version -> Int4,
        edited_at -> Timestamptz,
        referral_min_minor -> Int8,
        referral_min_currency -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    tag (id) {
        id -> Uuid,
        name -> Text,
        description -> Text,
        question_count -> Int4,
        synonym_of -> Nullable<Uuid>,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    tag_follow (member_id, tag_id) {
        member_id -> Uuid,
        tag_id -> Uuid,
        since -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    tier (id) {
        id -> Uuid,
        rank -> Int2,
        name -> Text,
        threshold -> Int8,
        benefits -> Text,
        created_at -> Timestamptz,
        version -> Int4,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    tier_change (id) {
        id -> Uuid,
        member_id -> Uuid,
        from_rank -> Int2,
        to_rank -> Int2,
        qualifying_points -> Int8,
        reason -> Text,
        changed_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    trust_by_hand (member_id) {
        member_id -> Uuid,
        trust -> Int2,
        set_by -> Uuid,
        set_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    trust_due (member_id) {
        member_id -> Uuid,
        due_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    user_group (id) {
        id -> Uuid,
        slug -> Text,
        name -> Text,
        description -> Text,
        kind -> Text,
        private -> Bool,
        member_count -> Int4,
        created_by -> Uuid,
        created_at -> Timestamptz,
        deleted_at -> Nullable<Timestamptz>,
        version -> Int4,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    vote (id) {
        id -> Uuid,
        post_id -> Uuid,
        member_id -> Nullable<Uuid>,
        value -> Int2,
        cast_at -> Timestamptz,
        import_source -> Nullable<Text>,
        import_id -> Nullable<Text>,
        voter_trust -> Int2,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    wallet (member_id) {
        member_id -> Uuid,
        available -> Int8,
        pending -> Int8,
        reserved -> Int8,
        arrears -> Int8,
        version -> Int8,
        merged_into -> Nullable<Uuid>,
        closed -> Bool,
    }
}

diesel::joinable!(account -> member (member_id));
diesel::joinable!(api_key -> partner (partner_id));
diesel::joinable!(audit_entry -> member (actor_id));
diesel::joinable!(award -> earning_rule_version (rule_version_id));
diesel::joinable!(award -> ledger_transaction (transaction_id));
diesel::joinable!(award -> member (giver_id));
diesel::joinable!(award -> post (post_id));
diesel::joinable!(award -> wallet (member_id));
diesel::joinable!(comment -> member (author_id));
diesel::joinable!(comment -> post (post_id));
diesel::joinable!(coupon_code -> redemption (redemption_id));
diesel::joinable!(coupon_code -> reward (reward_id));
diesel::joinable!(earning_rule_version -> earning_rule (rule_id));
diesel::joinable!(earning_rule_version -> member (created_by));
diesel::joinable!(external_member -> member (member_id));
diesel::joinable!(external_member -> partner (partner_id));
diesel::joinable!(flag -> member (flagger_id));
diesel::joinable!(flag -> post (post_id));
diesel::joinable!(flag -> review_item (review_item_id));
diesel::joinable!(integrity_check -> member (requested_by));
diesel::joinable!(leaderboard -> user_group (group_id));
diesel::joinable!(leaderboard_bucket -> leaderboard (leaderboard_id));
diesel::joinable!(leaderboard_score -> leaderboard (leaderboard_id));
diesel::joinable!(leaderboard_score -> member (member_id));
diesel::joinable!(ledger_entry -> ledger_transaction (transaction_id));
diesel::joinable!(ledger_entry -> wallet (member_id));
diesel::joinable!(ledger_transaction -> wallet (member_id));
diesel::joinable!(lot -> ledger_transaction (transaction_id));
diesel::joinable!(lot -> wallet (member_id));
diesel::joinable!(lot_allocation -> ledger_transaction (transaction_id));
diesel::joinable!(lot_allocation -> lot (lot_id));
diesel::joinable!(member_tier -> member (member_id));
diesel::joinable!(membership -> member (member_id));
diesel::joinable!(membership -> user_group (group_id));
diesel::joinable!(merged_row -> merge (merge_id));
diesel::joinable!(notification -> user_group (group_id));
diesel::joinable!(notification_off -> member (member_id));
diesel::joinable!(post -> member (author_id));
diesel::joinable!(post -> user_group (group_id));
diesel::joinable!(purchase -> partner (partner_id));
diesel::joinable!(purchase -> wallet (member_id));
diesel::joinable!(purchase_line -> purchase (purchase_id));
diesel::joinable!(purchase_return -> purchase (purchase_id));
diesel::joinable!(qualifying_entry -> ledger_transaction (transaction_id));
diesel::joinable!(qualifying_entry -> wallet (member_id));
diesel::joinable!(question_follow -> member (member_id));
diesel::joinable!(question_follow -> post (question_id));
diesel::joinable!(question_tag -> post (question_id));
diesel::joinable!(question_tag -> tag (tag_id));
diesel::joinable!(redemption -> partner (partner_id));
diesel::joinable!(redemption -> reward (reward_id));
diesel::joinable!(redemption -> wallet (member_id));
diesel::joinable!(referral -> purchase (purchase_id));
diesel::joinable!(referral_code -> member (member_id));
diesel::joinable!(refresh_token -> session (session_id));
diesel::joinable!(reputation -> member (member_id));
diesel::joinable!(reputation_entry -> member (member_id));
diesel::joinable!(reputation_entry -> post (post_id));
diesel::joinable!(return_line -> purchase_return (purchase_return_id));
diesel::joinable!(review_item -> post (post_id));
diesel::joinable!(revision -> member (editor_id));
diesel::joinable!(revision -> post (post_id));
diesel::joinable!(reward -> partner (partner_id));
diesel::joinable!(reward_stock -> reward (reward_id));
diesel::joinable!(sanction -> review_item (review_item_id));
diesel::joinable!(session -> member (member_id));
diesel::joinable!(tag_follow -> member (member_id));
diesel::joinable!(tag_follow -> tag (tag_id));
diesel::joinable!(tier_change -> member (member_id));
diesel::joinable!(trust_due -> member (member_id));
diesel::joinable!(user_group -> member (created_by));
diesel::joinable!(vote -> member (member_id));
diesel::joinable!(vote -> post (post_id));
diesel::joinable!(wallet -> member (member_id));
