-- What a key is for, the program knows: each purpose is an addition to it.
alter table server_secret drop constraint server_secret_purpose_check;

-- HMAC of the network that the member signed in from: guesses by strangers elsewhere do not shut them out there.
alter table session add column network bytea;
