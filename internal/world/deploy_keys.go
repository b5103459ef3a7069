package world

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/sshkey"
)

// CreateDeployKey makes a deploy key of a draft, for no project yet. The error is an *Invalid.
func (st *State) CreateDeployKey(draft DeployKey) (*DeployKey, error) {
	if err := st.checkDeployKey(&draft, true); err != nil {
		return nil, err
	}
	return st.insertDeployKey(&draft), nil
}

func (st *State) insertDeployKey(k *DeployKey) *DeployKey {
	k.ID, k.CreatedAt = assignID(st, &st.DeployKeys, k.ID), orNow(k.CreatedAt, st.Now())
	add(st, &st.DeployKeys, k)
	return k
}

// CreateDeployKeyOf makes a deploy key that is for a project. The error is an *Invalid, which names what is wrong with
// the key as a part of what ties it to the project.
func (st *State) CreateDeployKeyOf(p *Project, draft DeployKey, canPush bool) (*Enabled, error) {
	k, err := st.CreateDeployKey(draft)
	if err != nil {
		return nil, asPartOf(attrDeployKey, err)
	}
	return st.EnableDeployKey(p, k, canPush), nil
}

// asPartOf is what a model says of a record that is one of its own parts, of which the error is an *Invalid.
func asPartOf(part string, err error) error {
	whole := &Invalid{}
	for _, p := range err.(*Invalid).Problems {
		whole.Add(part+"."+p.Attribute, p.Text)
	}
	return whole
}

// checkDeployKey holds a key against the model, and reads and tidies its text (app/models/key.rb,
// app/validators/ssh_key_validator.rb).
func (st *State) checkDeployKey(k *DeployKey, isNew bool) error {
	var v Invalid
	if k.Text = sshkey.Tidy(k.Text); strings.TrimSpace(k.Text) == "" {
		k.Text = ""
	}
	read, understood := sshkey.Parse(k.Text)
	k.read = read
	if strings.TrimSpace(k.Title) == "" {
		v.Add(attrTitle, msgBlank)
	}
	if tooLong(&k.Title, maxVariableText) {
		v.Add(attrTitle, msgTooLong(maxVariableText))
	}
	if k.Text == "" {
		v.Add(attrKey, msgBlank)
	}
	if refused := st.Settings.refusesKey(read); refused != "" {
		v.Add(attrKey, refused)
	}
	if tooLong(&k.Text, maxKeyText) {
		v.Add(attrKey, msgTooLong(maxKeyText))
	}
	if !sshkey.Begins(k.Text) {
		v.Add(attrKey, msgInvalid)
	}
	switch other := st.deployKeyLike(read); {
	case !understood:
		v.Add(attrFingerprint, msgNoFingerprint)
	case other != nil && other.ID != k.ID:
		v.Add(attrFingerprint, msgAlreadyTaken)
	}
	if isNew && !k.ExpiresAt.IsZero() && !k.ExpiresAt.After(st.Now()) {
		v.Add(attrKey, msgHasExpired)
	}
	return v.orNil()
}

// maxKeyText is how long the text of a key may be.
const maxKeyText = 5000

// refusesKey is what the settings have against a key; "" for nothing. They never allow the type of what is no key.
func (s Settings) refusesKey(k sshkey.Key) string {
	restriction := func(t sshkey.Type) string { return s.Attribute(string(t) + "_key_restriction") }
	const forbidden = "-1"
	least := restriction(k.Type)
	if k.Type == "" || least == forbidden {
		var types []string
		for _, t := range sshkey.Types {
			if restriction(t) != forbidden {
				types = append(types, strings.ToUpper(string(t)))
			}
		}
		return fmt.Sprintf(msgfKeyType, strings.ReplaceAll(toSentence(types), "and ", "or "))
	}
	if bits, _ := strconv.Atoi(least); k.Bits < bits {
		return fmt.Sprintf(msgfKeyBits, bits)
	}
	return ""
}

// deployKeyLike is the key that is the same as one that was read, whatever its title and comment; nil for none.
func (st *State) deployKeyLike(read sshkey.Key) *DeployKey {
	for _, k := range st.DeployKeys.Rows {
		if k.read.SHA256 == read.SHA256 {
			return k
		}
	}
	return nil
}

// EnableDeployKey has a project have a key, if it does not have it yet: then nothing changes.
func (st *State) EnableDeployKey(p *Project, k *DeployKey, canPush bool) *Enabled {
	if e := st.EnabledKey(p, k.ID); e != nil {
		return e
	}
	e := &Enabled{ID: assignID(st, &st.EnabledKeys, 0), Key: k, Project: p, CanPush: canPush, UpdatedAt: st.Now()}
	add(st, &st.EnabledKeys, e)
	return e
}

// EnabledKey is the key of an ID as a project has it; nil if it does not.
func (st *State) EnabledKey(p *Project, id int) *Enabled {
	for _, e := range st.EnabledKeys.Rows {
		if e.Project == p && e.Key.ID == id {
			return e
		}
	}
	return nil
}

// EnabledKeysOf are the keys of a project, in the order in which it got them.
func (st *State) EnabledKeysOf(p *Project) []*Enabled {
	return Filtered(st.EnabledKeys.Rows, func(e *Enabled) bool { return e.Project == p })
}

// ProjectsOf are the projects that have a key, be it to push or to read alone.
func (st *State) ProjectsOf(k *DeployKey, canPush bool) (all []*Project) {
	for _, e := range st.EnabledKeys.Rows {
		if e.Key == k && e.CanPush == canPush {
			all = append(all, e.Project)
		}
	}
	return all
}

// PathsOf are the paths of ProjectsOf.
func (st *State) PathsOf(k *DeployKey, canPush bool) []string {
	return NamesOf(st.ProjectsOf(k, canPush), func(p *Project) string { return p.Path })
}

// ReachesDeployKey reports whether a user may have a project of theirs get a key: it is for all, or one of a project
// that they are a member of (app/models/user.rb, accessible_deploy_keys).
func (st *State) ReachesDeployKey(u *User, k *DeployKey) bool {
	return k.Public || slices.ContainsFunc(st.EnabledKeys.Rows, func(e *Enabled) bool {
		return e.Key == k && RoleInProject(u, e.Project) > 0
	})
}

// ChangeEnabledKey gives a key another title, and says whether a project has it to push; nil leaves each as it is. The
// error is an *Invalid, which names what is wrong with the key as a part of what ties it to the project.
func (st *State) ChangeEnabledKey(e *Enabled, title *string, canPush *bool) error {
	k := e.Key
	if title != nil && *title != k.Title {
		next := *k
		next.Title = *title
		if err := st.checkDeployKey(&next, false); err != nil {
			return asPartOf(attrDeployKey, err)
		}
		before := k.Title
		st.onUndo(func() { k.Title = before })
		k.Title = next.Title
	}
	if canPush != nil && *canPush != e.CanPush {
		before := *e
		st.onUndo(func() { *e = before })
		e.CanPush, e.UpdatedAt = *canPush, st.Now()
	}
	return nil
}

// DisableDeployKey takes a key from a project. One that is not for all goes with the last project that had it.
func (st *State) DisableDeployKey(e *Enabled) {
	st.EnabledKeys.remove(e)
	st.onUndo(func() { st.EnabledKeys.insert(e) })
	stays := slices.ContainsFunc(st.EnabledKeys.Rows, func(other *Enabled) bool { return other.Key == e.Key })
	if stays || e.Key.Public {
		return
	}
	st.DeployKeys.remove(e.Key)
	st.onUndo(func() { st.DeployKeys.insert(e.Key) })
	for _, r := range st.ProtectedRefs.Rows {
		before := r.Keys
		st.onUndo(func() { r.Keys = before })
		r.Keys = slices.DeleteFunc(slices.Clone(r.Keys), func(a KeyAccess) bool { return a.Key == e.Key })
	}
}

// dropEnabledKeys takes all keys from a project that goes. The keys stay: GitLab's database deletes what tied them to
// it, and nothing of GitLab looks after them then (db/structure.sql, deploy_keys_projects).
func (st *State) dropEnabledKeys(p *Project) {
	st.EnabledKeys.removeAll(func(e *Enabled) bool { return e.Project == p })
}

// dropMakerOfKeys forgets that a user made keys, who goes (app/models/user.rb, deploy_keys).
func (st *State) dropMakerOfKeys(u *User) {
	for _, k := range st.DeployKeys.Rows {
		if k.Maker == u {
			k.Maker = nil
		}
	}
}

// AddDeployKey makes a deploy key of a draft, by the user of a name and for the projects at those paths; one without a
// text gets one that nobody has the other half of.
func (st *State) AddDeployKey(k DeployKey, maker string, writesTo, reads []string) (*DeployKey, error) {
	var ps Problems
	ps.Add("id", freeID(&st.DeployKeys, "deploy key", k.ID))
	ps = append(ps, st.yetToCome(draftTime{"created_at", "CreatedAt", k.CreatedAt})...)
	if maker != "" {
		u, err := st.UserByName(maker)
		ps.Add("user", err)
		k.Maker = u
	}
	var of []*Project
	for i, path := range slices.Concat(writesTo, reads) {
		field := fmt.Sprintf("projects_with_write_access[%d]", i)
		if i >= len(writesTo) {
			field = fmt.Sprintf("projects_with_readonly_access[%d]", i-len(writesTo))
		}
		p, err := st.ProjectByPath(path)
		if err == nil && slices.Contains(of, p) {
			err = fmt.Errorf("%s is named twice", p.Path)
		}
		ps.Add(field, err)
		of = append(of, p)
	}
	if k.Text == "" {
		k.Text = st.newKeyText()
	}
	k.Title = cmp.Or(k.Title, "deploy key")
	if tooLong(&k.Title, maxVariableText) {
		ps.Addf("title", "it "+msgfTooLong, maxVariableText)
	}
	var ok bool
	k.Text = sshkey.Tidy(k.Text)
	k.read, ok = sshkey.Parse(k.Text)
	switch other := st.deployKeyLike(k.read); {
	case !ok || !sshkey.Begins(k.Text) || tooLong(&k.Text, maxKeyText):
		ps.Addf("key", "it is no public key as ssh-keygen writes one into a file .pub")
	case other != nil:
		ps.Addf("key", "deploy key %d, %q, has that key", other.ID, other.Title)
	}
	if len(ps) > 0 {
		st.standInForDeployKey(k)
		return nil, ps
	}
	added := st.insertDeployKey(&k)
	for i, p := range of {
		st.EnableDeployKey(p, added, i < len(writesTo))
	}
	return added, nil
}

// KeyAccess is what rules for branches and tags say of the deploy keys of those IDs.
func (st *State) KeyAccess(ids []int) (all []KeyAccess, err error) {
	for i, id := range ids {
		k := st.DeployKeys.ByID(id)
		switch {
		case k == nil:
			return nil, fmt.Errorf("there is no deploy key %d", id)
		case slices.Contains(ids[:i], id):
			return nil, fmt.Errorf("deploy key %d is named twice", id)
		}
		all = append(all, KeyAccess{Key: k})
	}
	return all, nil
}

// newKeyText is a key that no other deploy key is.
func (st *State) newKeyText() string {
	for {
		var public [32]byte
		copy(public[:], st.made.hex(deployKeys, len(public)))
		text := sshkey.Made(public)
		if read, _ := sshkey.Parse(text); st.deployKeyLike(read) == nil {
			return text
		}
	}
}

// checkKeyAccess holds the keys of a draft of a rule against the model: each is of a project's own, to push, and of
// somebody who is a member there.
func (st *State) checkKeyAccess(v *Invalid, r ProtectedRef) {
	attribute := attrPushKey
	if r.Tag {
		attribute = attrCreateKey
	}
	pushing := map[*DeployKey]bool{}
	for _, e := range st.EnabledKeysOf(r.Project) {
		pushing[e.Key] = e.CanPush
	}
	for _, a := range r.Keys {
		if a.Key == nil {
			v.Add(attribute, msgBlank)
			continue
		}
		if RoleInProject(a.Key.Maker, r.Project) == 0 {
			v.Add(attribute, msgKeyOfStranger)
		}
		if !pushing[a.Key] {
			v.Add(attribute, msgKeyNotEnabled)
		}
	}
}

func (st *State) pushesWith(p *Project, k *DeployKey) bool {
	e := st.EnabledKey(p, k.ID)
	return e != nil && e.CanPush
}

// keyLets reports whether a key of the rules for a branch or tag lets its maker do what it may do itself, as long as
// they are a member (app/models/concerns/protected_ref_deploy_key_access.rb, deploy_key_access_allowed?).
func (st *State) keyLets(u *User, p *Project, tag bool, name string) bool {
	return slices.ContainsFunc(st.ProtectedRefsOf(p, tag), func(r *ProtectedRef) bool {
		return matchesGlob(r.Name, name) && slices.ContainsFunc(r.Keys, func(a KeyAccess) bool {
			return a.Key.Maker == u && RoleInProject(u, p) > 0 && st.pushesWith(p, a.Key)
		})
	})
}
