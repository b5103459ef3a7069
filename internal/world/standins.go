package world

import "slices"

// Stand-ins. A seed is refused as a whole, but is to tell all that is wrong with it. So that what refers to a refused
// record is not refused for that, a seed goes on with a bare stand-in in the record's place: it has the record's name,
// ID and token where they are free, so that nobody else has them, and nothing else. No stand-in outlives its seed.

// Seeding runs a seed of a whole world with those groups and projects. The caller takes everything back, or throws the
// state away, if anything of it is refused.
func Seeding(st *State, groups, projects []string, seed func()) {
	st.coming = make(map[string]bool, len(projects))
	st.standIns, st.lookedThrough = map[Row]bool{}, 0
	st.deployed = map[*Job]bool{}
	for _, j := range st.Jobs.Rows {
		st.deployed[j] = j.EnvironmentName != ""
	}
	defer func() { st.coming, st.standIns, st.deployed = nil, nil, nil }()
	for _, path := range projects {
		st.coming[Key(path)] = true
	}
	for _, path := range groups {
		delete(st.coming, Key(path)) // the group is first, and the project will be refused
	}
	seed()
	st.findComing()
}

// standInID is the wanted ID of a stand-in or, if that is none or taken, one that no record has.
func standInID[T Row](t *table[T], wanted int) int {
	if wanted > 0 && !has(*t, wanted) {
		return wanted
	}
	return -1 - len(t.Rows)
}

// standInToken is the wanted registration token of a stand-in, none if it is another's.
func (st *State) standInToken(wanted string) string {
	if st.checkRegistrationToken(wanted, "") != nil {
		return ""
	}
	return wanted
}

func (st *State) standInForSettings(in Settings) {
	if !st.seeding() || in.RegistrationToken == "" {
		return
	}
	before := st.Settings
	st.Settings.RegistrationToken = in.RegistrationToken
	st.onUndo(func() { st.Settings = before })
}

func (st *State) standInForUser(in User) {
	if !st.seeding() {
		return
	}
	u := &User{ID: standInID(&st.Users, in.ID), Username: in.Username, State: UserActive, Bot: in.Bot}
	add(st, &st.Users, u)
	st.standIns[u] = true
	if key := Key(u.Username); key != "" && st.UserNames[key] == nil {
		setKey(st, &st.UserNames, key, u)
	}
}

// standInForAccessToken is for the bot as well, if the token is to have one of that name.
func (st *State) standInForAccessToken(in AccessToken, username string) {
	if !st.seeding() {
		return
	}
	if isBot := in.Project != nil || in.Group != nil; isBot && username != "" && st.UserNames[Key(username)] == nil {
		st.standInForUser(User{Username: username, Bot: true})
	}
	t := &AccessToken{ID: standInID(&st.Tokens, in.ID), Token: in.Token, User: st.UserNames[RootUsername]}
	add(st, &st.Tokens, t)
	if t.Token != "" && st.tokenValues[t.Token] == nil {
		setKey(st, &st.tokenValues, t.Token, t)
	}
}

func (st *State) standInForGroup(in Group) {
	if !st.seeding() {
		return
	}
	g := &Group{ID: standInID(&st.Groups, in.ID), Path: in.Path, Roles: map[*User]Role{},
		RegistrationToken: st.standInToken(in.RegistrationToken)}
	st.standInForParents(in.Path)
	add(st, &st.Groups, g)
	st.indexRegistrationToken(&g.RegistrationToken)
	if key := Key(g.Path); key != "" && !st.named(key) {
		setKey(st, &st.GroupPaths, key, g)
	}
}

// standInForParents are those groups above a refused group or project that would have come with it.
func (st *State) standInForParents(path string) {
	for parent := range Ancestors(path) {
		if key := Key(parent); !st.named(key) && !st.coming[key] {
			g := &Group{ID: standInID(&st.Groups, 0), Path: parent, Roles: map[*User]Role{}, implied: true}
			add(st, &st.Groups, g)
			setKey(st, &st.GroupPaths, key, g)
		}
	}
}

// named reports whether a user, group or project has a path.
func (st *State) named(key string) bool {
	return st.UserNames[key] != nil || st.GroupPaths[key] != nil || st.ProjectPaths[key] != nil
}

func (st *State) standInForProject(in Project) {
	if !st.seeding() {
		return
	}
	p := &Project{ID: standInID(&st.Projects, in.ID), Path: in.Path, Owner: st.UserNames[RootUsername],
		Roles: map[*User]Role{}, RegistrationToken: st.standInToken(in.RegistrationToken)}
	st.beginRepository(p)
	st.standInForParents(in.Path)
	add(st, &st.Projects, p)
	st.indexRegistrationToken(&p.RegistrationToken)
	st.standIns[p] = true
	if key := Key(p.Path); key != "" && !st.named(key) {
		setKey(st, &st.ProjectPaths, key, p)
	}
}

func (st *State) standInForSchedule(in PipelineSchedule) {
	if st.seeding() {
		add(st, &st.Schedules, &PipelineSchedule{ID: standInID(&st.Schedules, in.ID)})
	}
}

func (st *State) standInForTrigger(in PipelineTrigger) {
	if st.seeding() {
		add(st, &st.Triggers, &PipelineTrigger{ID: standInID(&st.Triggers, in.ID)})
	}
}

func (st *State) standInForRunner(in RunnerDraft) {
	if !st.seeding() {
		return
	}
	r := &Runner{ID: standInID(&st.Runners, in.ID), Token: in.Token, Type: InstanceRunner}
	add(st, &st.Runners, r)
	st.standIns[r] = true
	known := r // by the ID, which jobs name
	if first := st.Runners.ByID(in.ID); first != nil {
		known = first
	}
	before := known.Managers
	known.Managers = slices.Clone(before)
	st.onUndo(func() { known.Managers = before })
	for _, m := range in.Managers {
		m.ID, m.Runner = standInID(&st.managers, m.ID), known
		add(st, &st.managers, &m)
		known.Managers = insertByID(known.Managers, &m)
	}
	if r.Token != "" && st.RunnerTokens[r.Token] == nil {
		setKey(st, &st.RunnerTokens, r.Token, r)
	}
}

// standInForJob keeps the refused job's pipeline to its project as well.
func (st *State) standInForJob(in *Job) {
	if !st.seeding() {
		return
	}
	j := &Job{ID: standInID(&st.Jobs, in.ID), Token: in.Token, Project: in.Project,
		PipelineID: in.PipelineID, Plan: &unplanned}
	add(st, &st.Jobs, j)
	if j.Token != "" && st.JobTokens[j.Token] == nil {
		setKey(st, &st.JobTokens, j.Token, j)
	}
	if j.PipelineID > 0 && st.pipelines[j.PipelineID] == nil {
		p := newPipeline(j.PipelineID, j.Project)
		p.join(j)
		setKey(st, &st.pipelines, p.ID, p)
	}
}

func (st *State) standInForDeployKey(in DeployKey) {
	if st.seeding() {
		add(st, &st.DeployKeys, &DeployKey{ID: standInID(&st.DeployKeys, in.ID), Title: in.Title})
	}
}
