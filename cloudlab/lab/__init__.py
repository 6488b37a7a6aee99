"""Where it meets, headless: Session, Pacer, View, saves, script runner, ghost and futures."""
