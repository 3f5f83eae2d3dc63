-- What a company may set about its community, in one row. Which values are good stands in identity/site_settings/rules.rs.
create table site (
  id boolean primary key default true check (id),
  name text not null default 'Our community',
  tagline text not null default '',
  language text not null default 'en' check (language in ('en', 'de')),
  -- ISO 4217.
  currency text not null default 'EUR',
  point_singular text not null default 'point',
  point_plural text not null default 'points',
  referral_text text not null default '',
  welcome_markdown text not null default '',
  welcome_html text not null default '',
  sign_up_open boolean not null default true,
  title_chars_min int not null default 15,
  body_chars_min int not null default 20,
  flag_hide_weight int not null default 8,
  flag_hide_flaggers int not null default 2,
  flag_lock_weight int not null default 30,
  flag_lock_flaggers int not null default 5,
  flag_silence_flaggers int not null default 3,
  version int not null default 1,
  edited_at timestamptz not null default now()
);
insert into site default values;
