package rest

// What one commit changed, made on a branch once more or taken back there (lib/api/commits.rb,
// app/services/commits/change_service.rb; Gitaly, internal/gitaly/service/operations/cherry_pick.go, revert.go).

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/front"
	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
	"github.com/fakegitlab/fakegitlab/internal/params"
	"github.com/fakegitlab/fakegitlab/internal/repository"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// pickRows are cherry-pick and revert.
func pickRows() []row {
	const commit = "POST /projects/:id/repository/commits/:sha/"
	sha := []params.Param{{Name: "sha", Required: true}, branchParam,
		{Name: "dry_run", Kind: params.Boolean, Default: false}}
	return []row{
		{endpoint: commit + "cherry_pick", access: front.ByAnyone, before: repositoryReaders, handle: cherryPick,
			spec: front.Declare(pathID, sha, []params.Param{{Name: "message"}})},
		{endpoint: commit + "revert", access: front.ByAnyone, before: repositoryReaders, handle: revertCommit,
			spec: front.Declare(pathID, sha)},
	}
}

// mayPush refuses who may not push to a branch, be it there or not (authorize_push_to_branch!).
func (q request) mayPush(branch string) *front.Response {
	if q.Anonymous() {
		return q.Unauthorized()
	}
	if d := q.pushesTo(branch); !d.Allowed {
		return front.Forbidden(msgMayNotPush, d.Reason).AsRefusal()
	}
	return nil
}

func cherryPick(q request) front.Response {
	return q.pick(msgPickFailed, func(c *repository.Commit) world.PickDraft {
		d := world.PickDraft{Author: c.Author, Message: fmt.Sprintf(msgfPicked, c.Message, c.ID)}
		if q.Has(gitlabversion.PickedWithHyphen) {
			d.Message = fmt.Sprintf(msgfPickedHyphen, c.Message, c.ID)
		}
		if q.Has(gitlabversion.PickerIsAuthor) {
			d.Message += fmt.Sprintf(msgfCoAuthor, c.Author.Name, c.Author.Email)
			d.Author = world.SignatureOf(q.User, q.Now())
		}
		if text, given := q.Params.String("message"); given {
			d.Message = text
		}
		return d
	})
}

func revertCommit(q request) front.Response {
	return q.pick(msgRevertFailed, func(c *repository.Commit) world.PickDraft {
		return world.PickDraft{Revert: true, Author: *q.signature(),
			Message: fmt.Sprintf(msgfReverts, strings.TrimSpace(shortTitle(c)), c.ID)}
	})
}

// The lengths of titles, in characters: how long is too long, and what a long one is cut to, with the dots.
const (
	longTitle = 100
	cutTitle  = 81
)

// shortTitle is the title of a commit as messages have it: a long one is cut behind a word (app/models/commit.rb).
func shortTitle(c *repository.Commit) string {
	const dots = "..."
	title := []rune(c.Title())
	if strings.TrimSpace(c.Message) == "" {
		return noCommitMessage
	}
	if len(title) < longTitle {
		return string(title)
	}
	end := cutTitle - len(dots)
	for i := end; i >= 0; i-- {
		if title[i] == ' ' {
			end = i
			break
		}
	}
	return string(title[:end]) + dots
}

// pickAnswer is what is said of a change that cannot be made, or could be.
type pickAnswer struct {
	Message   string `json:"message,omitempty"`
	ErrorCode string `json:"error_code,omitempty"`
	DryRun    string `json:"dry_run,omitempty"`
}

// pick makes the change of the commit that the path names on the branch of the request.
func (q request) pick(failed string, draft func(*repository.Commit) world.PickDraft) front.Response {
	branch := q.said("branch")
	if refusal := q.mayPush(branch); refusal != nil {
		return *refusal
	}
	return ofCommit(func(q request, c *repository.Commit) front.Response {
		if _, refusal := q.namedBranch(branch); refusal != nil {
			return *refusal
		}
		d := draft(c)
		d.Branch, d.Commit, d.Committer, d.DryRun = branch, c, *q.signature(), isTrue(q.Params, "dry_run")
		made, err := (*repository.Commit)(nil), errNoMessage
		if d.Message != "" {
			made, err = q.Pick(q.Project, q.User, d, world.PushOptions{})
		}
		answer := pickAnswer{}
		if d.DryRun {
			answer.DryRun = "error"
		}
		switch {
		case err == nil && d.DryRun:
			return front.OK(pickAnswer{DryRun: "success"})
		case err == nil:
			return front.Created(q.gitCommitEntity(made))
		case errors.Is(err, repository.ErrConflict):
			answer.Message, answer.ErrorCode = failed+msgCannotPick, "conflict"
		case errors.Is(err, world.ErrPickEmpty):
			answer.Message, answer.ErrorCode = failed+msgCannotPick, "empty"
		case errors.Is(err, world.ErrPickRoot):
			answer.Message = msgPickRoot
		default: // errNoMessage; a branch that is there can always be moved on
			answer.Message = msgEmptyMessage
		}
		return front.Response{Status: http.StatusBadRequest, Body: answer}.Because(err.Error())
	})(q)
}

// errNoMessage is why gitaly makes no commit of nothing to say.
var errNoMessage = errors.New("the message is empty")
