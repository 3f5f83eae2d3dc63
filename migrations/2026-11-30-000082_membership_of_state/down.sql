drop index membership_of_state;
