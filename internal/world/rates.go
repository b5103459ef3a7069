package world

// RateWindow is how many requests a user has made in one period.
type RateWindow struct {
	Period int64 // its number since 1970, each Settings.RateLimit.Per long
	Count  int
}

// CountRequest counts one request more of a user and returns the period's count with it. There must be a
// Settings.RateLimit (lib/gitlab/rack_attack.rb: fixed windows that do not begin with the first request).
func (st *State) CountRequest(username string) RateWindow {
	if st.rates == nil {
		st.rates = map[string]RateWindow{}
	}
	w := st.rates[username]
	if period := st.Now().UnixNano() / int64(st.Settings.RateLimit.Per); period != w.Period {
		w = RateWindow{Period: period}
	}
	w.Count++
	st.rates[username] = w
	return w
}
