package front

// What several protocols show, or look for, in the same way.

import (
	"crypto/md5"
	"crypto/sha256"
	"fmt"
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
	"github.com/fakegitlab/fakegitlab/internal/search"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

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
