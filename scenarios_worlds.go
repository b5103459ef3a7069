package fakegitlab

import (
	"github.com/fakegitlab/fakegitlab/internal/plain"
	"github.com/fakegitlab/fakegitlab/internal/worlds"
)

// SmallCompany is a world with one of everything: each role, each type of runner in each status, a job in each state.
// IDs are fixed; times are told from when it is seeded, by the fake's clock (Scenario.Now), and suit the status rules
// of GitLab 17.1 and later.
//
//	administrators              root (1), ada (2)
//	strangers                   sam (9), a member of nothing
//	acme (group 1001)           gus guest, pia planner, ria reporter, dan developer, mia maintainer, oli owner (3 to 8)
//	├── acme/shop (project 10001)
//	│   ├── pipeline 4000001    2000001 success, 2000002 failed, 2000003 canceled, 2000004 skipped
//	│   └── pipeline 4000002    2000005 running, 2000006 canceling, 2000007 pending, 2000008 created
//	└── acme/backend (group 1002)
//	    └── acme/backend/api (project 10002)
//	        └── pipeline 4000003    2000009 manual, 2000010 scheduled, 2000011 waiting_for_resource, 2000012 preparing
//
// The initial of a user's name is that of the role: gus is the guest, mia the maintainer, ada the administrator, sam
// the stranger. Their membership of acme reaches everything below it.
//
//	               online   offline   stale    never contacted   paused
//	instance       100001   100002    100003   100004            100005
//	group          100011   100012    100013   100014            100015
//	project        100021   100022    100023   100024            100025
//
// A runner's description is its type and status: "instance-online", "group-never-contacted", "project-paused". Group
// runners belong to acme, 100014 to acme/backend; project runners to acme/shop, 100022 to acme/shop and
// acme/backend/api, 100024 to acme/backend/api. Some differ in more than their status:
//
//	100001 instance-online     tags docker, linux; takes untagged jobs; two managers, s_100001a and s_100001b
//	100011 group-online        tag deploy; takes no untagged jobs; protected
//	100021 project-online      tag shop; locked
//
// Every other runner has the tags docker and linux, and takes untagged jobs. A runner that was ever in contact has a
// manager, s_ and the runner's ID (100002: s_100002). Managers have the IDs 1000001 and up, in the order of their
// runners. Job 2000005 runs on s_100001a, 2000006 on s_100001b; 2000001 ran on s_100001a, 2000002 on s_100022, 2000003
// on s_100021.
func SmallCompany() Scenario { return plain.As[Scenario](worlds.SmallCompany(defaultStartTime())) }

// TokenMigration is a world half way from registration tokens to runners made by users, which GitLab asks for since
// 16.0. IDs are fixed; times are told from when it is seeded, by the fake's clock (Scenario.Now).
//
//	administrator               root (1)
//	instance                    registration token instanceToken0000000
//	├── 100001 shared-old       registered, online
//	└── 100002 shared-new       created by root, online
//	acme (group 1001)           oli owner (2), mia maintainer (3), dan developer (4)
//	│                           registration token GR1348941acmeGroupToken000000
//	├── 100003 acme-old         registered, online, no successor yet
//	├── acme/legacy             project 10001, nothing done yet; registration token GR1348941legacyProjectToken00
//	│   ├── 100004 legacy-old   registered, online
//	│   └── 100005 legacy-dead  registered, stale: nobody will miss it
//	├── acme/pilot              project 10002, both at once; registration token GR1348941pilotProjectToken000
//	│   ├── 100006 pilot-old    registered, online, paused, its last job 2000001 still running
//	│   └── 100007 pilot-new    created by mia, online, with the tags of pilot-old
//	└── acme/closed             project 10003, done: its own registration tokens are switched off
//	    └── 100008 closed-new   created by mia, online
//	modern (group 1002)         oli owner; done: registration tokens are switched off for all below
//	└── modern/app              project 10004
//	    ├── 100009 app-new      created by oli, online
//	    └── 100010 app-unused   created by oli, never contacted
//
// POST /runners is 201 with these four tokens, and 410 with those of acme/closed (GR1348941closedProjectToken00),
// modern (GR1348941modernGroupToken0000) and modern/app (GR1348941appProjectToken00000). Authentication tokens are made
// up: runners that registered have them without the prefix glrt-.
func TokenMigration() Scenario { return plain.As[Scenario](worlds.TokenMigration(defaultStartTime())) }

// ThousandRunners is a world with a thousand runners over a hundred projects, for paging, filters and what takes its
// time. IDs are fixed; times are told from when it is seeded, by the fake's clock (Scenario.Now), and suit the status
// rules of GitLab 17.1 and later.
//
//	administrator               root (1)
//	instance                    100001 to 100020: 20 instance runners
//	team-0 (group 1001)         oli owner (2), mia maintainer (3)
//	├── 8 group runners         100021 to 100028
//	├── team-0/project-0        project 10001, 9 project runners, 100101 to 100109
//	├── ...
//	└── team-0/project-9        project 10010, 9 project runners, 100182 to 100190
//	...
//	team-9 (group 1010)         oli owner; 8 group runners, 100093 to 100100
//	└── team-9/project-9        project 10100, 9 project runners, 100992 to 101000
//
// oli owns every team, mia is in team-0 alone: she sees 90 project runners with GET /runners. By the last digit of its
// ID a runner is offline (7, 8), stale (9), never contacted (0) or else online; one whose ID ends in 5 is paused. It
// has the tags linux, windows and macos in turn, and large where its ID ends in 2. Its description is runner-0001 to
// runner-1000. There are no jobs.
func ThousandRunners() Scenario {
	return plain.As[Scenario](worlds.ThousandRunners(defaultStartTime()))
}

// Fleet is a world with a runner in each state that one can be in, for what watches, sorts or cleans up runners. IDs
// are fixed; times are told from when it is seeded, by the fake's clock (Scenario.Now), and suit the status rules of
// GitLab 17.1 and later.
//
//	administrator               root (1)
//	fleet (group 1001)          oli owner (2), mia maintainer (3), dan developer (4)
//	├── fleet/web               project 10001, jobs 2000001 to 2000003
//	├── fleet/api               project 10002
//	└── fleet/images (group 1002)
//	    └── fleet/images/base   project 10003
//
//	instance
//	├── 100001 idle             online            one manager
//	├── 100002 busy             online            runs job 2000001
//	├── 100003 never-used       never_contacted   made yesterday
//	└── 100004 never-wanted     stale             made a month ago, never contacted
//	group fleet
//	├── 100005 autoscaled       online            three managers: online, offline and stale
//	├── 100006 upgrading        online            two managers, of 16.11.0 and of 17.2.0
//	├── 100007 draining         online, paused    still runs job 2000002
//	└── 100008 asleep           offline, paused   silent for five hours
//	group fleet/images
//	└── 100009 protected        online            for protected refs alone
//	project fleet/web
//	├── 100010 silent           offline           silent for five hours
//	├── 100011 forgotten        stale             silent for thirty days
//	├── 100012 locked           online            not to be assigned elsewhere
//	├── 100013 shared           online            of fleet/api, too
//	├── 100014 rotating         online            its token dies in an hour
//	├── 100015 lapsed           offline           its token died yesterday
//	└── 100016 registered       online            with a registration token; fleet/web alone
//
// A runner's description is its name here, and its tag: job 2000003 waits for one tagged gpu, which none has. Runners
// take untagged jobs. Managers have the IDs 1000001 and up and the system IDs s_100001a, s_100001b and so on.
func Fleet() Scenario { return plain.As[Scenario](worlds.Fleet(defaultStartTime())) }
