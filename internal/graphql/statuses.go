package graphql

// How statuses look (app/graphql/types/ci/detailed_status_type.rb, status_action_type.rb).

import "github.com/fakegitlab/fakegitlab/internal/front"

// detailedStatus is a status with what GitLab calls it.
type detailedStatus struct {
	front.DetailedStatus
	id, actionID string
}

// shownStatus is the status of a record, by its model and id.
func shownStatus(s front.DetailedStatus, model, id string) *detailedStatus {
	return shownStatusIn(s, model, id, id)
}

// shownStatusIn is the status of a record that is shown as that of another.
func shownStatusIn(s front.DetailedStatus, model, id, shownBy string) *detailedStatus {
	own := s.Group + "-" + id
	return &detailedStatus{s, own + "-" + shownBy, model + "-" + own}
}

func statusRows() rows {
	all := rows{
		"action": of(func(_ *call, s *detailedStatus) any {
			if s.Action == nil {
				return nil
			}
			return s
		}),
		"hasDetails": of(func(_ *call, s *detailedStatus) any { return s.HasDetails }),
		"label":      of(func(_ *call, s *detailedStatus) any { return s.Label }),
	}
	for name, read := range map[string]func(*detailedStatus) string{
		"detailsPath": func(s *detailedStatus) string { return s.DetailsPath },
		"favicon":     func(s *detailedStatus) string { return s.Favicon },
		"group":       func(s *detailedStatus) string { return s.Group },
		"icon":        func(s *detailedStatus) string { return s.Icon },
		"id":          func(s *detailedStatus) string { return s.id },
		"name":        func(s *detailedStatus) string { return s.Name },
		"text":        func(s *detailedStatus) string { return s.Text },
		"tooltip":     func(s *detailedStatus) string { return s.Tooltip },
	} {
		all[name] = of(func(_ *call, s *detailedStatus) any { return orNull(read(s)) })
	}
	for _, name := range []string{"action", "label"} {
		all[name] = field{Cost: gitalyCost, Resolve: all[name].Resolve}
	}
	return all
}

func statusActionRows() rows {
	all := rows{}
	for name, read := range map[string]func(*detailedStatus) string{
		"buttonTitle": func(s *detailedStatus) string { return s.Action.ButtonTitle },
		"icon":        func(s *detailedStatus) string { return s.Action.Icon },
		"id":          func(s *detailedStatus) string { return s.actionID },
		"method":      func(s *detailedStatus) string { return s.Action.Method },
		"path":        func(s *detailedStatus) string { return s.Action.Path },
		"title":       func(s *detailedStatus) string { return s.Action.Title },
	} {
		all[name] = of(func(_ *call, s *detailedStatus) any { return orNull(read(s)) })
	}
	return all
}
