package front

// Within the authentication: as whom does the user act, and as an administrator? (lib/api/helpers.rb, sudo!)

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"

	"github.com/fakegitlab/fakegitlab/internal/policy"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// sudo lets an administrator act as another user. sudoing is whether it is another one: then the scope sudo is all that
// the token needs.
func (q *Request) sudo() (sudoing bool, refusal *Response) {
	wanted := q.sudoTarget()
	if wanted == "" {
		return false, nil
	}
	if refusal := Allow(policy.Sudo(q.Actor), msgSudoAdminOnly); refusal != nil {
		return false, refusal
	}
	if !slices.Contains(q.Token.Scopes, world.ScopeSudo) {
		return false, q.insufficientScope([]string{world.ScopeSudo}, "to act as somebody else needs sudo")
	}
	target := q.UserNames[world.Key(wanted)]
	if n, err := strconv.Atoi(wanted); err == nil {
		target = q.Users.ByID(n)
	}
	if target == nil {
		return false, NotFound(fmt.Sprintf(msgfSudoUserNotFound, wanted)).Because("sudo names no user").AsRefusal()
	}
	if target == q.User {
		return false, nil
	}
	q.User = target
	q.Record.User = target.Username
	q.setActor()
	return true, nil
}

// sudoTarget is whom the client wants to act as: nobody is let do so without credentials, even where none are needed.
func (q *Request) sudoTarget() string {
	return cmp.Or(q.sentScalar(paramSudo), q.header(headerSudo))
}

// setActor says what the user counts as: an administrator only with the scope admin_mode, if the setting asks for it.
func (q *Request) setActor() {
	elevated := !q.Settings.AdminMode || slices.Contains(q.Token.Scopes, world.ScopeAdminMode)
	q.Actor = q.ActorOf(q.User, elevated)
}
