drop table notification_off;
drop table notification;
