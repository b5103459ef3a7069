package world

import (
	"errors"
	"fmt"
	"time"

	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
)

// The states of users, and how one leads to another (app/models/user.rb, state_machine; app/services/users). The error
// is GitLab's text.

// dormantDays is the application setting deactivate_dormant_users_period.
const dormantDays = 90

func (st *State) moveUser(u *User, to UserState) { u.State, u.UpdatedAt = to, st.Now() }

// BlockUser blocks a user, whose jobs that have not ended fail.
func (st *State) BlockUser(u *User) error {
	if u.Internal() {
		return errors.New(msgInternalNotBlocked)
	}
	st.moveUser(u, UserBlocked)
	st.dropJobsOf(u)
	return nil
}

// UnblockUser makes a user active who is blocked, waits for approval or is banned, and reports whether one was.
func (st *State) UnblockUser(u *User) bool {
	if !u.Blocked() {
		return false
	}
	st.moveUser(u, UserActive)
	return true
}

// ActivateUser makes a deactivated user active. done is false where older versions say that there was nothing to do.
func (st *State) ActivateUser(u *User) (done bool, err error) {
	switch {
	case u.Blocked():
		return false, errors.New(msgBlockedNotActive)
	case u.State == UserActive:
		return st.Has(gitlabversion.ActivationByService), nil
	}
	st.moveUser(u, UserActive)
	return true, nil
}

// DeactivateUser deactivates an active user who has not called for long.
func (st *State) DeactivateUser(u *User) error {
	switch {
	case u.Blocked():
		return errors.New(msgBlockedNotDeactivated)
	case u.Internal():
		return errors.New(msgInternalNotDeactivated)
	case u.ActiveOn.After(st.Now().Add(-dormantDays * 24 * time.Hour)):
		return fmt.Errorf(msgfRecentlyActive, dormantDays)
	}
	st.moveUser(u, UserDeactivated)
	return nil
}

// BanUser bans an active user.
func (st *State) BanUser(u *User) error {
	if u.State != UserActive {
		return fmt.Errorf(msgfStateRefused, "ban", u.State)
	}
	st.moveUser(u, UserBanned)
	return nil
}

// UnbanUser makes a banned user active.
func (st *State) UnbanUser(u *User) error {
	if u.State != UserBanned {
		return fmt.Errorf(msgfStateRefused, "unban", u.State)
	}
	st.moveUser(u, UserActive)
	return nil
}

// ApproveUser makes a user active who waits for that.
func (st *State) ApproveUser(u *User) error {
	if u.State != UserBlockedPendingApproval {
		return errors.New(msgNotPending)
	}
	st.moveUser(u, UserActive)
	return nil
}

// RejectUser deletes a user who waits to be approved (app/services/users/reject_service.rb).
func (st *State) RejectUser(u *User) error {
	if u.State != UserBlockedPendingApproval {
		return errors.New(msgNoRequest)
	}
	st.EraseUser(u, true)
	return nil
}
