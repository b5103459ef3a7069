package world

import (
	"fmt"
	"time"
)

// DeployToken is the record of a deploy token of a project or group (app/models/deploy_token.rb).
type DeployToken struct {
	ID          int
	Token, Name string
	Username    string // "" is one with the id
	Scopes      []string
	ExpiresAt   time.Time // zero: never
	Revoked     bool
	Project     *Project // nil for that of a group
	Group       *Group   // nil for that of a project
}

func (t *DeployToken) id() int { return t.ID }

// User is the username that goes with the token.
func (t *DeployToken) User() string {
	if t.Username == "" {
		return fmt.Sprintf("gitlab+deploy-token-%d", t.ID)
	}
	return t.Username
}

// Expired reports whether the day on which the token expires is over, in UTC.
func (t *DeployToken) Expired(now time.Time) bool {
	return !t.ExpiresAt.IsZero() && t.ExpiresAt.Before(now.UTC().Truncate(day))
}
