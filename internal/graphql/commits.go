package graphql

// The commits of pipelines (app/graphql/types/repositories/commit_type.rb, app/models/commit.rb).

import (
	"cmp"
	"regexp"
	"strings"
	"time"

	"github.com/fakegitlab/fakegitlab/internal/policy"
	"github.com/fakegitlab/fakegitlab/internal/repository"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// commit is the commit that a pipeline runs for. Of one that the repository has, it is what that says, but for
// what the pipeline itself says of it.
type commit struct {
	project           *world.Project
	sha, message      string
	author, committer repository.Signature
	parent            string // "" for none
}

// commitOf is the commit of a pipeline, for those who may read the project's code.
func commitOf(c *call, x *exec, p *world.Pipeline) any {
	project, own := p.Project(), p.Commit()
	by := repository.Signature{Name: own.AuthorName, Email: own.AuthorEmail, When: own.CreatedAt}
	shownAs := commit{project: project, sha: own.SHA, message: cmp.Or(own.Message, own.Title), author: by, committer: by}
	if known := project.Repository.Commit(own.SHA); known != nil {
		shownAs = commitIn(project, known)
		shownAs.message = cmp.Or(own.Message, known.Message)
	} else if own.BeforeSHA != world.ZeroSHA {
		shownAs.parent = own.BeforeSHA
	}
	return shown(x, c.OnProject(project, policy.ReadCode), shownAs)
}

// commitIn is a commit of a project's repository.
func commitIn(p *world.Project, known *repository.Commit) commit {
	shownAs := commit{project: p, sha: known.ID, message: known.Message, author: known.Author, committer: known.Committer}
	if len(known.Parents) > 0 {
		shownAs.parent = known.Parents[0]
	}
	return shownAs
}

func commitRows() rows {
	const page = "/-/commit/"
	all := rows{
		"authoredDate":  of(func(_ *call, c commit) any { return moment(c.author.When) }),
		"committedDate": of(func(_ *call, c commit) any { return moment(c.committer.When) }),
		"webUrl":        of(func(q *call, c commit) any { return q.WebURL(c.project.Path + page + c.sha) }),
	}
	for name, read := range map[string]func(commit) string{
		"authorEmail":    func(c commit) string { return c.author.Email },
		"authorName":     func(c commit) string { return c.author.Name },
		"committerEmail": func(c commit) string { return c.committer.Email },
		"committerName":  func(c commit) string { return c.committer.Name },
		"description":    commit.description,
		"fullTitle":      commit.fullTitle,
		"id":             func(c commit) string { return "gid://gitlab/Commit/" + c.sha },
		"message":        func(c commit) string { return c.said() },
		"parentSha":      func(c commit) string { return c.parent },
		"sha":            func(c commit) string { return c.sha },
		"shortId":        func(c commit) string { return c.sha[:min(8, len(c.sha))] },
		"title":          commit.title,
		"webPath":        func(c commit) string { return "/" + c.project.Path + page + c.sha },
	} {
		all[name] = of(func(_ *call, c commit) any { return orNull(read(c)) })
	}
	for _, name := range []string{"title", "fullTitle"} {
		f := all[name]
		f.Cost = gitalyCost
		all[name] = f
	}
	return all
}

// moment is null for a time that is not known.
func moment(t time.Time) any { return when(t.UTC()) }

const (
	msgNoCommitMessage = "No commit message"
	longTitle          = 100
	cutTitle           = 78 // and three dots
)

// said is the message, or what stands for one that says nothing.
func (c commit) said() string {
	if strings.TrimSpace(c.message) == "" {
		return msgNoCommitMessage
	}
	return c.message
}

var lineBreak = regexp.MustCompile(`[\r\n]`)

func (c commit) fullTitle() string { return lineBreak.Split(c.said(), 2)[0] }

// title is the full title, cut between words if it is long.
func (c commit) title() string {
	full := []rune(c.fullTitle())
	if len(full) < longTitle {
		return string(full)
	}
	if head := string(full[:cutTitle+1]); strings.Contains(head, " ") {
		return head[:strings.LastIndexByte(head, ' ')] + "..."
	}
	return string(full[:cutTitle]) + "..."
}

func (c commit) description() string {
	if len([]rune(c.fullTitle())) >= longTitle {
		return c.said()
	}
	_, rest, _ := strings.Cut(c.said(), "\n")
	return strings.TrimSuffix(rest, "\n")
}
