package webhooks

import (
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// pushEvent is what a webhook is told of a branch or tag that was pushed (lib/gitlab/data_builder/push.rb).
type pushEvent struct {
	ObjectKind        string       `json:"object_kind"`
	EventName         string       `json:"event_name"`
	Before            string       `json:"before"`
	After             string       `json:"after"`
	Ref               string       `json:"ref"`
	RefProtected      bool         `json:"ref_protected"`
	CheckoutSHA       *string      `json:"checkout_sha"`
	Message           *string      `json:"message"`
	UserID            int          `json:"user_id"`
	UserName          string       `json:"user_name"`
	UserUsername      string       `json:"user_username"`
	UserEmail         string       `json:"user_email"` // the public one
	UserAvatar        string       `json:"user_avatar"`
	ProjectID         int          `json:"project_id"`
	Project           project      `json:"project"`
	Commits           []pushCommit `json:"commits"`
	TotalCommitsCount int          `json:"total_commits_count"`
	PushOptions       struct{}     `json:"push_options"`
	Repository        pushedTo     `json:"repository"`
}

// pushCommit is a commit of a push (app/models/commit.rb, hook_attrs).
type pushCommit struct {
	commit
	Added    []string `json:"added"`
	Modified []string `json:"modified"`
	Removed  []string `json:"removed"`
}

// pushedTo is the project as push events called it at first.
type pushedTo struct {
	Name            string `json:"name"`
	URL             string `json:"url"`
	Description     string `json:"description"`
	Homepage        string `json:"homepage"`
	GitHTTPURL      string `json:"git_http_url"`
	GitSSHURL       string `json:"git_ssh_url"`
	VisibilityLevel int    `json:"visibility_level"`
}

// PushEvent is the body that tells of a branch or tag that was pushed.
func (w Writer) PushEvent(p world.Pushed) []byte {
	kind := "push"
	if p.Tag {
		kind = "tag_push"
	}
	e := pushEvent{ObjectKind: kind, EventName: kind, Before: p.Old, After: p.New, Ref: p.Ref, RefProtected: p.Protected,
		CheckoutSHA: world.OrNull(p.Commit), Message: p.Message, UserID: p.User.ID, UserName: p.User.Name,
		UserUsername: p.User.Username, UserEmail: p.User.Attributes["public_email"],
		UserAvatar: w.State.AvatarURL(p.User.Email), ProjectID: p.Project.ID,
		Project: w.project(p.Project), Commits: []pushCommit{}, TotalCommitsCount: p.Total,
		Repository: pushedTo(w.repository(p.Project))}
	r := p.Project.Repository
	for _, c := range p.Commits {
		told := pushCommit{commit: commit{ID: c.ID, Message: c.Message, Title: c.Title(),
			Timestamp: world.GitTime(c.Committer.When), URL: w.webURL(p.Project) + "/-/commit/" + c.ID,
			Author: author{c.Author.Name, c.Author.Email}}, Added: []string{}, Modified: []string{}, Removed: []string{}}
		for _, change := range r.ChangesOf(c) {
			switch {
			case change.Deleted():
				told.Removed = append(told.Removed, change.Old.Path)
			case change.Added() || change.Renamed:
				told.Added = append(told.Added, change.New.Path)
			default:
				told.Modified = append(told.Modified, change.New.Path)
			}
		}
		e.Commits = append(e.Commits, told)
	}
	return written(e)
}
