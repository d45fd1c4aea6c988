def post_init_hook(env):
    """Put the certificates recorded before this addon came up for approval: nobody has checked them yet."""
    env["hr.employee.skill"]._submit_unchecked_certificates()
