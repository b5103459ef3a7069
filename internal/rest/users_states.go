package rest

// The states of users, which administrators change (lib/api/users.rb, app/services/users).

import (
	"net/http"

	"github.com/fakegitlab/fakegitlab/internal/front"
	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
	"github.com/fakegitlab/fakegitlab/internal/policy"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

func userStateRows() []row {
	var rows []row
	for _, r := range []struct {
		action string
		do     func(request) front.Response
	}{
		{"activate", activateUser}, {"deactivate", deactivateUser}, {"block", blockUser}, {"unblock", unblockUser},
		{"ban", banUser}, {"unban", unbanUser}, {"approve", approveUser}, {"reject", rejectUser},
	} {
		rows = append(rows, row{endpoint: "POST /users/:id/" + r.action, scopes: profile, spec: front.Declare(userID),
			handle: r.do})
	}
	return rows
}

// done is the answer to a change of state: whether it was one.
func done(changed bool) front.Response { return front.Created(changed) }

// nothingToDo is the answer where the state was the wanted one before.
func nothingToDo() front.Response { return front.Created((*bool)(nil)) }

// stateRefused is a refusal in the words of the service behind an endpoint.
func stateRefused(status int, err error) front.Response {
	return front.Refuse(status, err.Error()).Because(err.Error())
}

func blockUser(q request) front.Response {
	u, refusal := q.userForAdmin()
	switch {
	case refusal != nil:
		return *refusal
	case u == q.User:
		return front.Forbidden(msgOwnBlock, "nobody blocks oneself")
	case u.Blocked():
		return nothingToDo()
	}
	if err := q.BlockUser(u); err != nil {
		return stateRefused(http.StatusForbidden, err)
	}
	return done(true)
}

func unblockUser(q request) front.Response {
	u, refusal := q.userForAdmin()
	switch {
	case refusal != nil:
		return *refusal
	case u.State == world.UserDeactivated:
		return front.Forbidden(msgDeactivatedUnblock, u.Username+" is deactivated")
	}
	return done(q.UnblockUser(u))
}

func activateUser(q request) front.Response {
	u, refusal := q.userForAdmin()
	if refusal != nil {
		return *refusal
	}
	changed, err := q.ActivateUser(u)
	if err == nil {
		return done(changed)
	}
	if q.Has(gitlabversion.ActivationByService) {
		return front.Refuse(http.StatusForbidden, msgErrorOccurred+err.Error()).Because(err.Error())
	}
	return front.Forbidden(err.Error(), err.Error())
}

func deactivateUser(q request) front.Response {
	u, refusal := q.userForAdmin()
	switch {
	case refusal != nil:
		return *refusal
	case u.State == world.UserDeactivated:
		return nothingToDo()
	}
	if err := q.DeactivateUser(u); err != nil {
		return stateRefused(http.StatusForbidden, err)
	}
	return done(true)
}

func banUser(q request) front.Response   { return q.banned(q.BanUser) }
func unbanUser(q request) front.Response { return q.banned(q.UnbanUser) }

func (q request) banned(change func(*world.User) error) front.Response {
	u, refusal := q.userForAdmin()
	if refusal != nil {
		return *refusal
	}
	if err := change(u); err != nil {
		return stateRefused(http.StatusForbidden, err)
	}
	return done(true)
}

func approveUser(q request) front.Response {
	return q.answered(msgMayNotApprove, http.StatusCreated, q.ApproveUser)
}

func rejectUser(q request) front.Response {
	return q.answered(msgMayNotReject, http.StatusOK, q.RejectUser)
}

// answered is what becomes of a user who waits for approval. That the caller may not is told by the service, not by the
// API, and so is success.
func (q request) answered(mayNot string, status int, change func(*world.User) error) front.Response {
	u, refusal := q.findUser("id")
	if refusal != nil {
		return *refusal
	}
	if d := policy.AdminUsers(q.Actor); !d.Allowed {
		return front.Refuse(http.StatusForbidden, mayNot).Because(d.Reason)
	}
	if err := change(u); err != nil {
		return stateRefused(http.StatusConflict, err)
	}
	return front.Refuse(status, msgSuccess)
}
