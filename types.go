package fakegitlab

import "slices"

// The words that GitLab knows for each kind of value, in its order.
var (
	memberRoles      = []Role{Guest, Planner, Reporter, Developer, Maintainer, Owner}
	visibilityLevels = []Visibility{Private, Internal, Public}
	runnerKinds      = []RunnerType{InstanceRunner, GroupRunner, ProjectRunner}
	refAccessLevels  = []AccessLevel{NotProtected, RefProtected}
	userStates       = []UserState{UserActive, UserBlocked, UserBlockedPendingApproval, UserDeactivated}
	registrations    = []Registration{ByUser, ByRegistrationToken}
)

// clone is a copy that shares no memory with the settings.
func (s Settings) clone() Settings {
	s.ValidRegistrars = slices.Clone(s.ValidRegistrars)
	return s
}

// wordsOf are values as texts.
func wordsOf[T ~string](values ...T) []string {
	texts := make([]string, len(values))
	for i, value := range values {
		texts[i] = string(value)
	}
	return texts
}
