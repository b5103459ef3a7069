package policy

// AdminTag says whether the actor may make tags, protected ones aside: as who pushes code
// (app/policies/project_policy.rb, admin_tag).
func AdminTag(a Actor, s ProjectStanding) Decision { return PushCode(a, s) }

// DeleteTag says whether the actor may delete a tag; one that is protected a Maintainer may
// (app/policies/tag_policy.rb).
func DeleteTag(a Actor, s ProjectStanding, protected bool) Decision {
	if d := AdminTag(a, s); !d.Allowed || !protected {
		return d
	}
	return MaintainerAccess(a, s)
}
