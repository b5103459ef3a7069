package differences

import (
	"cmp"
	"path"
	"reflect"
	"slices"

	"github.com/fakegitlab/fakegitlab/internal/world"
)

// given are the fields that GitLab gives a record of which a request does not say them: numbers, tokens, times of what
// happens, and who made it. What else is empty was not said by who made the record, and is to be so: a role, a list of
// tags, a day on which a token expires.
var given = []string{"ID", "IID", "Token", "RegistrationToken", "CreatedBy", "User", "Owner", "VariableIDs",
	"CreatedAt", "UpdatedAt", "QueuedAt", "StartedAt", "FinishedAt", "NextRunAt", "TokenExpiresAt"}

// givenOf are those of some kinds alone: what GitLab makes of other fields, and of a job what its pipeline has.
var givenOf = map[string][]string{"DeployToken": {"Username"}, "AccessToken": {"Username"},
	"ProjectEnvironment": {"Tier"}, "CommitStatus": {"PipelineID"}, "Pipeline": {"SHA", "BeforeSHA", "Source"},
	"Job": {"PipelineID", "Stage", "StageIndex", "Ref", "Commit", "Spec"}}

// usual are the values that a record has where it says nothing of it, of fields that a world writes out.
var usual = map[string]map[string]any{"ProtectedRef": {"Push": "maintainers", "Merge": "maintainers"},
	"ProjectEnvironment": {"State": "available", "AutoStopSetting": "always"}, "Deployment": {"Status": "success"},
	"CommitStatus": {"Status": "pending"}, "RunnerController": {"State": "disabled"},
	"PipelineSchedule": {"CronTimezone": "UTC"}, "AccessToken": {"Scopes": []string{"api"}},
	"DeployToken": {"Scopes": []string{"read_repository"}}}

// Filled is the world that is wanted after a change, in which the records that were not there before have what GitLab
// gave them, where nothing is said of it: who writes a test cannot know IDs and tokens. For that each is paired with
// the record that has come about in its stead, by what tells such records from others or, where that is not said, as
// the one that differs least. Records that were there before stay as they are. Normal writes a world out in full.
func Filled[S any](before, want, got S, normal func(S) S) S {
	var expected, come S // the records of both worlds that are new
	w, g := reflect.ValueOf(&want).Elem(), reflect.ValueOf(&got).Elem()
	places := map[string][]int{} // of those that have come
	for _, part := range parts {
		list, was := w.FieldByName(part), reflect.ValueOf(before).FieldByName(part)
		if list.Kind() != reflect.Slice || list.Len() == was.Len() && list.Pointer() == was.Pointer() {
			continue
		}
		known := identitiesOf(was)
		fresh, _ := newIn(list, known)
		if fresh.Len() == 0 {
			continue
		}
		there, at := newIn(g.FieldByName(part), known)
		reflect.ValueOf(&expected).Elem().FieldByName(part).Set(fresh)
		reflect.ValueOf(&come).Elem().FieldByName(part).Set(there)
		places[part] = at
	}
	if len(places) == 0 {
		return want
	}
	expected, come = normal(expected), normal(come)
	for part, at := range places {
		fresh := reflect.ValueOf(expected).FieldByName(part)
		pairs := paired(fresh, reflect.ValueOf(come).FieldByName(part))
		known := identitiesOf(reflect.ValueOf(before).FieldByName(part))
		w.FieldByName(part).Set(placed(w.FieldByName(part), known, fresh, pairs, at))
	}
	return want
}

// identitiesOf is what tells the records of a list from each other, and their IDs, by which one is known that has got
// another name.
func identitiesOf(list reflect.Value) map[any]bool {
	all := make(map[any]bool, 2*list.Len())
	for i := range list.Len() {
		all[identity(list.Index(i))], all[idOf(list.Index(i))] = true, true
	}
	delete(all, recordID(0))
	return all
}

// recordID is the ID of a record, beside its identity; 0 is none.
type recordID int64

func idOf(record reflect.Value) recordID {
	if id := record.FieldByName("ID"); id.IsValid() && id.CanInt() {
		return recordID(id.Int())
	}
	return 0
}

// isKnown reports whether a record is one of those whose identities are known.
func isKnown(known map[any]bool, record reflect.Value) bool {
	return known[identity(record)] || known[idOf(record)]
}

// newIn are the records of a list that are none of those known, and where they are.
func newIn(list reflect.Value, known map[any]bool) (fresh reflect.Value, at []int) {
	fresh = reflect.Zero(list.Type())
	for i := range list.Len() {
		if !isKnown(known, list.Index(i)) {
			fresh, at = reflect.Append(fresh, list.Index(i)), append(at, i)
		}
	}
	return fresh, at
}

// paired fills in the records that are expected, and says which of those that have come each is; -1 for none.
func paired(fresh, come reflect.Value) []int {
	pairs, taken := slices.Repeat([]int{-1}, fresh.Len()), make([]bool, come.Len())
	take := func(i, k int) {
		pairs[i], taken[k] = k, true
		fill(fresh.Index(i), come.Index(k))
	}
	places := map[any][]int{}
	for k := range come.Len() {
		id := identity(come.Index(k))
		places[id] = append(places[id], k)
	}
	for i := range fresh.Len() {
		id := identity(fresh.Index(i))
		if at := places[id]; len(at) > 0 {
			take(i, at[0])
			places[id] = at[1:]
		}
	}
	var open []int // those that say nothing of who they are, and fit none wholly
	first := 0     // what comes before it is taken, so that records in the order in which they came take linear time
	for i := range fresh.Len() {
		if pairs[i] >= 0 || !unsaid(identity(fresh.Index(i))) {
			continue
		}
		for first < come.Len() && taken[first] {
			first++
		}
		k := first
		for k < come.Len() && (taken[k] || differing(fresh.Index(i), come.Index(k)) > 0) {
			k++
		}
		if k < come.Len() {
			take(i, k)
		} else {
			open = append(open, i)
		}
	}
	for _, p := range leastFirst(fresh, come, open, taken) {
		if pairs[p.expected] < 0 && !taken[p.come] {
			take(p.expected, p.come)
		}
	}
	return pairs
}

// leastFirst are all pairs of what is open and what is not taken, those that differ least first.
func leastFirst(fresh, come reflect.Value, open []int, taken []bool) []pair {
	var all []pair
	for _, i := range open {
		for k := range come.Len() {
			if !taken[k] {
				all = append(all, pair{i, k, differing(fresh.Index(i), come.Index(k))})
			}
		}
	}
	slices.SortStableFunc(all, func(a, b pair) int { return cmp.Compare(a.differ, b.differ) })
	return all
}

// pair is a record that is expected and one that has come, and in how many fields they differ.
type pair struct{ expected, come, differ int }

// unsaid reports whether an identity says nothing.
func unsaid(id any) bool {
	several, ok := id.([3]any)
	if !ok {
		return id == nil || reflect.ValueOf(id).IsZero()
	}
	return !slices.ContainsFunc(several[:], func(one any) bool { return one != nil && !reflect.ValueOf(one).IsZero() })
}

// differing counts the fields in which a record differs from what has come, once it is filled in.
func differing(fresh, come reflect.Value) (n int) {
	filled := reflect.New(fresh.Type()).Elem()
	filled.Set(fresh)
	fill(filled, come)
	for i := range filled.NumField() {
		if !reflect.DeepEqual(filled.Field(i).Interface(), come.Field(i).Interface()) {
			n++
		}
	}
	return n
}

// fill gives a record, and those in its lists, what GitLab gave the other.
func fill(fresh, come reflect.Value) {
	kind := fresh.Type().Name()
	for i := range fresh.NumField() {
		field, name := fresh.Field(i), fresh.Type().Field(i).Name
		switch is := field.Type(); {
		case is.Kind() == reflect.Slice && is.Elem().Kind() == reflect.Struct && field.Len() == come.Field(i).Len():
			own := reflect.MakeSlice(is, 0, field.Len())
			own = reflect.AppendSlice(own, field)
			for k := range own.Len() {
				fill(own.Index(k), come.Field(i).Index(k))
			}
			if own.Len() > 0 {
				field.Set(own)
			}
		case !field.IsZero():
		case slices.Contains(given, name), slices.Contains(givenOf[kind], name), name == "Members" && makerAlone(come),
			name == "Name" && fromPath(come):
			field.Set(come.Field(i))
		case kind == "ProtectedRef" && name == "Push" && fresh.FieldByName("DeployKeys").Len() > 0: // the keys alone
		case usual[kind][name] != nil:
			field.Set(reflect.ValueOf(usual[kind][name]).Convert(is))
		}
	}
}

// makerAlone reports whether a group or project has no member but who made it, whom GitLab makes one.
func makerAlone(come reflect.Value) bool {
	members, maker := come.FieldByName("Members"), come.FieldByName("CreatedBy")
	if members.Len() != 1 {
		return false
	}
	if maker.IsValid() {
		return members.MapIndex(maker).IsValid()
	}
	return members.MapIndex(members.MapKeys()[0]).Int() == int64(world.Owner) // of a group nobody knows who made it
}

// fromPath reports whether the name of a group or project is the one that its path makes it.
func fromPath(come reflect.Value) bool {
	full := come.FieldByName("Path")
	return full.IsValid() && come.FieldByName("Name").String() == path.Base(full.String())
}

// placed is a list with its new records in full, each where that which has come is, since an order is nothing that
// anybody said.
func placed(list reflect.Value, known map[any]bool, fresh reflect.Value, pairs, at []int) reflect.Value {
	all := make([]reflect.Value, 0, list.Len())
	for i := range list.Len() {
		if isKnown(known, list.Index(i)) {
			all = append(all, list.Index(i))
		}
	}
	order := make([]int, fresh.Len())
	for i := range order {
		order[i] = i
	}
	place := func(i int) int {
		if pairs[i] < 0 {
			return list.Len()
		}
		return at[pairs[i]]
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(place(a), place(b)) })
	for _, i := range order {
		all = slices.Insert(all, min(place(i), len(all)), fresh.Index(i))
	}
	return reflect.Append(reflect.Zero(list.Type()), all...)
}
