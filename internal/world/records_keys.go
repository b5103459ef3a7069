package world

import (
	"time"

	"github.com/fakegitlab/fakegitlab/internal/sshkey"
)

// DeployKey is the record of an SSH key that is for projects and no person's (app/models/deploy_key.rb).
type DeployKey struct {
	ID          int
	Title, Text string
	Public      bool  // every project may have it
	Maker       *User // nil: nobody who is still there
	CreatedAt   time.Time
	ExpiresAt   time.Time // zero: never
	read        sshkey.Key
}

func (k *DeployKey) id() int { return k.ID }

// MD5 is the older fingerprint of the key, SHA256 the newer.
func (k *DeployKey) MD5() string    { return k.read.MD5 }
func (k *DeployKey) SHA256() string { return k.read.SHA256 }

// Enabled is that a deploy key is for a project (app/models/deploy_keys_project.rb).
type Enabled struct {
	ID        int
	Key       *DeployKey
	Project   *Project
	CanPush   bool
	UpdatedAt time.Time
}

func (e *Enabled) id() int { return e.ID }

// KeyAccess is that a deploy key may push to a protected branch or create a protected tag
// (app/models/concerns/protected_ref_deploy_key_access.rb).
type KeyAccess struct {
	ID  int // of the level that it has there
	Key *DeployKey
}
