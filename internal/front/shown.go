package front

// What several protocols show, or look for, in the same way.

import (
	"crypto/md5"
	"crypto/sha256"
	"fmt"
	"strconv"
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
	"github.com/fakegitlab/fakegitlab/internal/search"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// CursorTime is how the cursor of a list writes a time, which is in UTC.
const CursorTime = "2006-01-02 15:04:05.000000000 UTC"

// JobPage is the path of a job's page, without the slash ahead of it.
func JobPage(j *world.Job) string { return j.Project.Path + "/-/jobs/" + strconv.Itoa(j.ID) }

// PipelinePage is the path of a pipeline's page, without the slash ahead of it.
func PipelinePage(p *world.Pipeline) string {
	return p.Project().Path + "/-/pipelines/" + strconv.Itoa(p.ID)
}

// AvatarURL is where Gravatar has the picture of an email address (app/services/gravatar_service.rb).
func (q *Request) AvatarURL(email string) string {
	email = strings.ToLower(email)
	hash := fmt.Sprintf("%x", md5.Sum([]byte(email)))
	if q.Has(gitlabversion.SHA256Avatars) {
		hash = fmt.Sprintf("%x", sha256.Sum256([]byte(email)))
	}
	return "https://www.gravatar.com/avatar/" + hash + "?s=80&d=identicon"
}

// ProjectMatches reports whether a project is found by a search, which may also look at its namespace
// (app/models/project.rb, search).
func ProjectMatches(query search.Query, p *world.Project, byNamespace bool) bool {
	if byNamespace {
		return query.Matches(p.Path, p.FullNamespaceName()+" / "+p.Name, p.Description)
	}
	_, path := world.SplitPath(p.Path)
	return query.Matches(path, p.Name, p.Description)
}
