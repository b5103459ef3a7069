package world

import (
	"crypto/md5"
	"crypto/sha256"
	"fmt"
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
)

// AvatarURL is where Gravatar has the picture of an email address (app/services/gravatar_service.rb).
func (st *State) AvatarURL(email string) string {
	email = strings.ToLower(email)
	hash := fmt.Sprintf("%x", md5.Sum([]byte(email)))
	if st.Has(gitlabversion.SHA256Avatars) {
		hash = fmt.Sprintf("%x", sha256.Sum256([]byte(email)))
	}
	return "https://www.gravatar.com/avatar/" + hash + "?s=80&d=identicon"
}
