# Every target is a command of ./dev, which needs no make.
.PHONY: demo check build bench install clean fuzz
demo check build bench install clean fuzz:
	@./dev $@
