package fleet

// report calls [Options.OnEntry]: once at a time, and OnEntry may revoke.
func (r *Revocations) report(e Entry) {
	if r.options.OnEntry == nil || r.reason() == Starting {
		return
	}
	r.reports.Add(e)
	r.reports.Deliver(r.reportOne)
}

func (r *Revocations) reportOne(e Entry) {
	defer func() {
		if p := recover(); p != nil {
			r.options.Logger.Error("auth: fleet: OnEntry panicked", "panic", p)
		}
	}()
	r.options.OnEntry(e)
}
