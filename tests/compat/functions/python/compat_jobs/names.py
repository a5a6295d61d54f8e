import pkgutil


def greeting(name):
    template = pkgutil.get_data("compat_jobs", "greeting.txt").decode().strip()
    return template.format(name)
