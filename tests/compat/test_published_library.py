"""`scripts/publish`, and the README's functions built against it by a stranger.

The stranger's project has nothing of this repository but what the README shows.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import textwrap
import zipfile
from pathlib import Path

import pytest

from world.places import CACHE, INSTALLATION, ROOT, SparkLine, spark_lines

REPOSITORY = CACHE / "m2"
VERSION = "2.0.0"

# What every Maven project with Scala and Spark has, beside the README's dependency.
POM = """<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>stranger</groupId>
  <artifactId>average</artifactId>
  <version>1</version>
  <dependencies>
    @SNIPPET@
    <dependency>
      <groupId>org.scala-lang</groupId>
      <artifactId>scala-library</artifactId>
      <version>@SCALA@</version>
      <scope>provided</scope>
    </dependency>
    <dependency>
      <groupId>org.apache.spark</groupId>
      <artifactId>spark-hive_@BINARY@</artifactId>
      <version>@SPARK@</version>
      <scope>provided</scope>
    </dependency>
    <dependency>
      <groupId>org.apache.spark</groupId>
      <artifactId>spark-streaming_@BINARY@</artifactId>
      <version>@SPARK@</version>
      <scope>provided</scope>
    </dependency>
  </dependencies>
  <build>
    <finalName>average</finalName>
    <plugins>
      <plugin>
        <groupId>net.alchim31.maven</groupId>
        <artifactId>scala-maven-plugin</artifactId>
        <version>4.9.5</version>
        <configuration><recompileMode>all</recompileMode></configuration>
        <executions><execution><goals><goal>add-source</goal><goal>compile</goal></goals></execution></executions>
      </plugin>
      <plugin>
        <groupId>org.apache.maven.plugins</groupId>
        <artifactId>maven-compiler-plugin</artifactId>
        <version>3.13.0</version>
        <configuration><release>17</release></configuration>
      </plugin>
      <plugin>
        <groupId>org.apache.maven.plugins</groupId>
        <artifactId>maven-jar-plugin</artifactId>
        <version>3.4.2</version>
      </plugin>
    </plugins>
  </build>
</project>
"""

# The same for sbt. Spark comes from its home: sbt has a cache of its own, which would get it all again.
SBT = """scalaVersion := "@SCALA@"
@SNIPPET@
Compile / unmanagedJars ++= (file("@HOME@/jars") ** "*.jar").classpath
"""

VERSIONS = {"4": ("2.13.18", "4.1.0"), "3.5": ("2.12.18", "3.5.7")}


def readme_block(beginning: str) -> str:
    """From the first indented line of the README that begins so to the end of its block."""
    text = (ROOT / "README.md").read_text()
    found = re.search(rf"^    {re.escape(beginning)}(?:.*\n)(?:(?:    .*)?\n)*", text, re.MULTILINE)
    assert found, f"no block of the README begins with {beginning!r}"
    return textwrap.dedent(found[0]).strip() + "\n"


@pytest.fixture(scope="session")
def published(line: SparkLine) -> Path:
    arguments = {"MAVEN_ARGS": f"-Dmaven.repo.local={REPOSITORY}"}
    subprocess.run([ROOT / "scripts/publish", line.name], check=True, env=os.environ | arguments)
    return REPOSITORY / f"io/hydrosphere/mist-lib_{line.scala}/{VERSION}"


@pytest.fixture(scope="session")
def average(line: SparkLine, published: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The README's Scala function, built in an empty folder."""
    folder = tmp_path_factory.mktemp("stranger")
    scala, spark = VERSIONS[line.name]
    snippet = readme_block("<dependency>").replace("mist-lib_2.13", f"mist-lib_{line.scala}")
    pom = POM.replace("@SNIPPET@", snippet).replace("@SCALA@", scala).replace("@SPARK@", spark)
    (folder / "pom.xml").write_text(pom.replace("@BINARY@", line.scala))
    source = folder / "src/main/scala/Average.scala"
    source.parent.mkdir(parents=True)
    source.write_text(readme_block("import mist.api._"))
    command = ["mvn", "-q", "-B", "-ntp", f"-Dmaven.repo.local={REPOSITORY}", "package"]
    subprocess.run(command, check=True, cwd=folder)
    return folder / "target/average.jar"


def sbt(folder: Path, home: Path, *words: str) -> None:
    """What sbt gets for itself stays in the cache; the user's own Maven repository is below `home`."""
    places = {
        "user.home": home,
        "sbt.boot.directory": CACHE / "sbt/boot",
        "sbt.global.base": CACHE / "sbt/global",
        "sbt.ivy.home": CACHE / "sbt/ivy",
        "sbt.coursier.home": CACHE / "sbt/coursier",
    }
    settings = [f"-D{name}={place}" for name, place in places.items()]
    quiet = ["-Dsbt.supershell=false", "-Dsbt.color=false", "-Dsbt.server.autostart=false"]
    launcher = ["-jar", CACHE / "sbt/sbt-launch.jar"]
    command = ["java", "-Xmx700m", *settings, *quiet, *launcher, *words]
    subprocess.run(command, check=True, cwd=folder, stdin=subprocess.DEVNULL)


def submit(line: SparkLine, published: Path, jar: Path, json: str) -> subprocess.CompletedProcess:
    library = published / f"mist-lib_{line.scala}-{VERSION}.jar"
    command = [line.home / "bin/spark-submit", "--master", "local[1]", "--class", "Average"]
    settings = ["--conf", "spark.ui.enabled=false", "--conf", "spark.log.level=INFO"]
    return subprocess.run(
        [*command, *settings, "--jars", library, jar, json],
        env=line.environment,
        capture_output=True,
        text=True,
    )


def names_in(path: Path) -> set[str]:
    with zipfile.ZipFile(path) as archive:
        return set(archive.namelist())


def test_7_the_library_is_published_with_sources_and_docs(line: SparkLine, published: Path) -> None:
    stem = f"mist-lib_{line.scala}-{VERSION}"
    assert "mist/api/MistFn.class" in names_in(published / f"{stem}.jar")
    sources = names_in(published / f"{stem}-sources.jar")
    assert "mist/api/MistFn.scala" in sources and "mist/api/jdsl/Args.scala" in sources
    assert "mist/api/MistFn.html" in names_in(published / f"{stem}-javadoc.jar")
    pom = (published / f"{stem}.pom").read_text()
    assert f"shapeless_{line.scala}" in pom and "<parent>" not in pom


def test_7_mistpy_is_a_wheel(published: Path) -> None:
    wheels = list((INSTALLATION / "python").glob("mistpy-*.whl"))
    assert len(wheels) == 1
    assert {"mistpy/decorators.py", "mistpy/py.typed"} <= names_in(wheels[0])


def test_7_3_a_function_is_a_program_for_spark_submit(
    line: SparkLine, published: Path, average: Path
) -> None:
    well = submit(line, published, average, '{"numbers": [1, 2, 6]}')
    assert well.returncode == 0 and "Output data: 3.0" in well.stdout + well.stderr, well.stderr
    badly = submit(line, published, average, '{"numbers": "x"}')
    assert badly.returncode == 1
    assert "expected List[Double], got x" in badly.stdout + badly.stderr


@pytest.mark.parametrize(
    "line", spark_lines()[:1], ids=lambda name: f"spark-{name}", indirect=True, scope="session"
)
def test_7_sbt_finds_the_library_as_the_readme_says(
    line: SparkLine, published: Path, tmp_path: Path
) -> None:
    home, folder = tmp_path / "home", tmp_path / "project"
    name = published.parent.name
    shutil.copytree(published.parent, home / ".m2/repository/io/hydrosphere" / name)
    source = folder / "src/main/scala/Average.scala"
    source.parent.mkdir(parents=True)
    source.write_text(readme_block("import mist.api._"))
    build = SBT.replace("@SNIPPET@", readme_block("resolvers +="))
    build = build.replace("@SCALA@", VERSIONS[line.name][0]).replace("@HOME@", str(line.home))
    (folder / "build.sbt").write_text(build)
    (folder / "project").mkdir()
    (folder / "project/build.properties").write_text("sbt.version=1.11.7\n")
    sbt(folder, home, "package")
    (jar,) = folder.glob(f"target/scala-{line.scala}/*.jar")
    assert "Average$.class" in names_in(jar)
